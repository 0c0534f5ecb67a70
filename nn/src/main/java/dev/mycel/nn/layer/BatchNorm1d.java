package dev.mycel.nn.layer;

import dev.mycel.core.Shape;

/** {@link BatchNorm} for inputs [N, C] or [N, C, L]. */
public final class BatchNorm1d extends BatchNorm {
  /** With the default arguments. */
  public BatchNorm1d(long numFeatures) {
    this(builder(numFeatures));
  }

  private BatchNorm1d(BatchNormBuilder<BatchNorm1d> b) {
    super(b);
  }

  /** A layer with other than the default arguments. */
  public static BatchNormBuilder<BatchNorm1d> builder(long numFeatures) {
    return new BatchNormBuilder<>(BatchNorm1d::new, numFeatures);
  }

  @Override
  void checkRank(Shape shape) {
    Args.rank("BatchNorm1d", shape, "[N, C] or [N, C, L]", 2, 3);
  }

  @Override
  boolean takesAxes(int axes) {
    return axes <= 1;
  }
}
