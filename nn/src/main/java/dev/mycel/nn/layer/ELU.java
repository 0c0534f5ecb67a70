package dev.mycel.nn.layer;

import dev.mycel.core.Ops;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;

/** x where positive, elsewhere {@code alpha (exp(x) - 1)}. */
public final class ELU extends Cell<Tensor, Tensor> {
  private final double alpha;

  /** With alpha 1. */
  public ELU() {
    this(1);
  }

  /** With that alpha. */
  public ELU(double alpha) {
    this.alpha = alpha;
  }

  @Override
  protected Tensor construct(Tensor x) {
    Tensor negative = Ops.where(x.gt(0), Casts.beside(x, 0), x);
    Tensor curved = Ops.where(x.lt(0), negative.expm1(), x).mul(alpha);
    // At zero the slope is alpha and the curvature zero, as in PyTorch.
    return Ops.where(x.gt(0), x, curved);
  }

  @Override
  protected boolean ownsTemporaries() {
    return true;
  }
}
