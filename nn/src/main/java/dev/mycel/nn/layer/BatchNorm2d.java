package dev.mycel.nn.layer;

import dev.mycel.core.Shape;

/** {@link BatchNorm} for inputs [N, C, H, W]. */
public final class BatchNorm2d extends BatchNorm {
  /** With the default arguments. */
  public BatchNorm2d(long numFeatures) {
    this(builder(numFeatures));
  }

  private BatchNorm2d(BatchNormBuilder<BatchNorm2d> b) {
    super(b);
  }

  /** A layer with other than the default arguments. */
  public static BatchNormBuilder<BatchNorm2d> builder(long numFeatures) {
    return new BatchNormBuilder<>(BatchNorm2d::new, numFeatures);
  }

  @Override
  void checkRank(Shape shape) {
    Args.rank("BatchNorm2d", shape, "[N, C, H, W]", 4);
  }

  @Override
  boolean takesAxes(int axes) {
    return axes == 2;
  }
}
