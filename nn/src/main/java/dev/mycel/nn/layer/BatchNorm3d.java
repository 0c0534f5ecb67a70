package dev.mycel.nn.layer;

import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;

/**
 * {@link BatchNorm} for inputs [N, C, D, H, W]: a {@link BatchNorm2d} over depth and height joined,
 * which is also how its parameters are named.
 */
public final class BatchNorm3d extends Cell<Tensor, Tensor> {
  private final BatchNorm2d bn2d;

  /** With the default arguments. */
  public BatchNorm3d(long numFeatures) {
    this(builder(numFeatures));
  }

  private BatchNorm3d(BatchNormBuilder<BatchNorm3d> b) {
    BatchNormBuilder<BatchNorm2d> inner = BatchNorm2d.builder(b.numFeatures);
    inner.eps(b.eps).momentum(b.momentum).affine(b.affine).dtype(b.dtype);
    inner.gammaInit(b.gammaInit).betaInit(b.betaInit);
    inner.movingMeanInit(b.movingMeanInit).movingVarInit(b.movingVarInit);
    inner.useBatchStatistics = b.useBatchStatistics;
    bn2d = inner.build();
  }

  /** A layer with other than the default arguments. */
  public static BatchNormBuilder<BatchNorm3d> builder(long numFeatures) {
    return new BatchNormBuilder<>(BatchNorm3d::new, numFeatures);
  }

  /** The layer that does the work. */
  public BatchNorm2d bn2d() {
    return bn2d;
  }

  @Override
  protected Tensor construct(Tensor x) {
    Shape s = x.shape();
    Args.rank("BatchNorm3d", s, "[N, C, D, H, W]", 5);
    Tensor flat = x.reshape(s.dim(0), s.dim(1), s.dim(2) * s.dim(3), s.dim(4));
    return bn2d.call(flat).reshape(s.dims());
  }
}
