/**
 * The derivative rules of the built-in primitives.
 *
 * <p>Not exported. Each rule states the derivative of one primitive in terms of other primitives,
 * so that it works on every backend and can be differentiated again. No rule touches raw memory.
 */
@NullMarked
package dev.mycel.autograd.rules;

import org.jspecify.annotations.NullMarked;
