/**
 * Benchmarks, and the program that runs them.
 *
 * <p>Built into {@code benchmarks.jar}. Only this package may use the benchmark harness and the
 * libraries that Mycel is compared with.
 */
@NullMarked
package dev.mycel.test.bench;

import org.jspecify.annotations.NullMarked;
