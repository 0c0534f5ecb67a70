package dev.mycel.nn.layer;

import dev.mycel.core.Tensor;

/**
 * Maxima of windows that cut x [N, C, H, W] (or [C, H, W]) into a given number of places: window i
 * of n goes from {@code floor(i size / n)} to {@code ceil((i + 1) size / n)}.
 */
public final class AdaptiveMaxPool2d extends AdaptivePool {
  /** That many places in both directions. */
  public AdaptiveMaxPool2d(long outputSize) {
    this(outputSize, outputSize);
  }

  /** That many rows and columns; 0 keeps the input's. */
  public AdaptiveMaxPool2d(long rows, long columns) {
    super(rows, columns);
  }

  @Override
  Tensor reduce(Tensor slice, int axis) {
    return slice.max(true, axis);
  }
}
