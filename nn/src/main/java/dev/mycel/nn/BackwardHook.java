package dev.mycel.nn;

import org.jspecify.annotations.Nullable;

/**
 * Sees the gradients at both ends of a call of a cell, and may replace the one that leaves.
 *
 * @param <I> the cell's input
 * @param <O> the cell's output
 */
@FunctionalInterface
public interface BackwardHook<I, O> {
  /**
   * Called when the gradient has come back through the cell alone: neither what forward-pre hooks
   * do to its input nor what forward hooks do to its output lies in between.
   *
   * @param cell the cell that was called
   * @param gradInput in the form of the input; zeros where nothing flows
   * @param gradOutput in the form of the output; zeros where nothing flows
   * @return null to keep gradInput; otherwise what takes its place, of the same shapes and dtypes
   */
  @Nullable I afterBackward(Cell<I, O> cell, I gradInput, O gradOutput);
}
