package dev.mycel.nn;

import org.jspecify.annotations.Nullable;

/**
 * Sees input and output of each call of a cell, and may replace the output.
 *
 * @param <I> the cell's input
 * @param <O> the cell's output
 */
@FunctionalInterface
public interface ForwardHook<I, O> {
  /**
   * Called after the cell has computed. What it computes belongs to what is differentiated.
   *
   * @param cell the cell that is called
   * @param input what the cell was given, after its forward-pre hooks
   * @param output what it computed, or what the hook before made of it
   * @return null to keep the output; otherwise what takes its place, with as many tensors
   */
  @Nullable O afterForward(Cell<I, O> cell, I input, O output);
}
