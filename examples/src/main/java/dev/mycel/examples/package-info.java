/**
 * Small complete programs, each with a {@code main} method.
 *
 * <p>They use only the public API and are meant to be read and copied. Nothing else may depend on
 * them.
 */
@NullMarked
package dev.mycel.examples;

import org.jspecify.annotations.NullMarked;
