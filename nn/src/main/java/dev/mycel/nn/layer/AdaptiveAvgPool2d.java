package dev.mycel.nn.layer;

import dev.mycel.core.Tensor;

/**
 * Means of windows that cut x [N, C, H, W] (or [C, H, W]) into a given number of places: window i
 * of n goes from {@code floor(i size / n)} to {@code ceil((i + 1) size / n)}.
 */
public final class AdaptiveAvgPool2d extends AdaptivePool {
  /** That many places in both directions. */
  public AdaptiveAvgPool2d(long outputSize) {
    this(outputSize, outputSize);
  }

  /** That many rows and columns; 0 keeps the input's. */
  public AdaptiveAvgPool2d(long rows, long columns) {
    super(rows, columns);
  }

  @Override
  Tensor reduce(Tensor slice, int axis) {
    return slice.mean(true, axis);
  }
}
