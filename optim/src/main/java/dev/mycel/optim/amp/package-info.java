/**
 * Training with mixed precision: steps that scale the loss and leave out updates whose gradients
 * overflowed, and the function that makes a training step of a network, a loss and an optimiser.
 *
 * <p>What a network computes in is chosen by {@code dev.mycel.nn.amp}.
 */
@NullMarked
package dev.mycel.optim.amp;

import org.jspecify.annotations.NullMarked;
