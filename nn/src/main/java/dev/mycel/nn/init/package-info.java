/**
 * Initial values of parameters.
 *
 * <p>An initialiser is a rule for values. Planning a value reserves its random numbers in the
 * global order that {@code setSeed} repeats; making it comes later and always gives the same
 * numbers.
 */
@NullMarked
package dev.mycel.nn.init;

import org.jspecify.annotations.NullMarked;
