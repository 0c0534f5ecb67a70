/**
 * The conformance kit: checks that any backend has to pass.
 *
 * <p>Published, so that the author of a backend can run it against his own code. Tests of the
 * library itself are under {@code src/test}; benchmarks are in {@code dev.mycel.test.bench}.
 */
@NullMarked
package dev.mycel.test;

import org.jspecify.annotations.NullMarked;
