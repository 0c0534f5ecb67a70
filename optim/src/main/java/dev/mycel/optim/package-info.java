/**
 * Optimisers: rules that map parameters, gradients and a state to new parameters.
 *
 * <p>An optimiser sees trees of tensors, never layers by name, and its whole state can be saved.
 * Learning-rate schedules are in {@code dev.mycel.optim.schedule}.
 */
@NullMarked
package dev.mycel.optim;

import org.jspecify.annotations.NullMarked;
