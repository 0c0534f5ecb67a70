package dev.mycel.nn;

import org.jspecify.annotations.Nullable;

/**
 * Sees the input of each call of a cell, and may replace it.
 *
 * @param <I> the cell's input
 * @param <O> the cell's output
 */
@FunctionalInterface
public interface ForwardPreHook<I, O> {
  /**
   * Called before the cell computes. What it computes belongs to what is differentiated.
   *
   * @param cell the cell that is called
   * @param input never null; a pair or triple for cells of two or three inputs
   * @return null to keep the input; otherwise what takes its place, with as many tensors
   */
  @Nullable I beforeForward(Cell<I, O> cell, I input);
}
