/**
 * Automatic differentiation: gradients, vector-Jacobian products and user-defined derivatives.
 *
 * <p>The transformations that a program calls live here, with the interface for its own derivative
 * rules. The rules of the built-in primitives are in {@code dev.mycel.autograd.rules}. No kernels
 * and no layers.
 */
@NullMarked
package dev.mycel.autograd;

import org.jspecify.annotations.NullMarked;
