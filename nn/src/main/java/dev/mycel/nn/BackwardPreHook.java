package dev.mycel.nn;

import org.jspecify.annotations.Nullable;

/**
 * Sees the gradient that arrives at the output of a call of a cell, and may replace it.
 *
 * @param <I> the cell's input
 * @param <O> the cell's output
 */
@FunctionalInterface
public interface BackwardPreHook<I, O> {
  /**
   * Called when the gradient of what the call returned, after forward hooks, is complete.
   *
   * @param cell the cell that was called
   * @param gradOutput in the form of the output; zeros where nothing flows
   * @return null to keep it; otherwise what takes its place, of the same shapes and dtypes
   */
  @Nullable O beforeBackward(Cell<I, O> cell, O gradOutput);
}
