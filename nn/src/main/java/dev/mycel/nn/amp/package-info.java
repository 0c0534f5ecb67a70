/**
 * Automatic mixed precision: levels and lists that choose for each cell of a network what it
 * computes in, and loss scalers.
 *
 * <p>Nothing here knows optimisers; training steps with a loss scale are in {@code
 * dev.mycel.optim.amp}.
 */
@NullMarked
package dev.mycel.nn.amp;

import org.jspecify.annotations.NullMarked;
