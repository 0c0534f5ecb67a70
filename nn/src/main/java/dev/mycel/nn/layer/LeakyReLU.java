package dev.mycel.nn.layer;

import dev.mycel.core.Ops;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;

/** x where positive, elsewhere a fraction of it. */
public final class LeakyReLU extends Cell<Tensor, Tensor> {
  private final double alpha;

  /** With slope 0.2. */
  public LeakyReLU() {
    this(0.2);
  }

  /** With that slope. */
  public LeakyReLU(double alpha) {
    this.alpha = alpha;
  }

  @Override
  protected Tensor construct(Tensor x) {
    return Ops.where(x.gt(0), x, x.mul(alpha));
  }

  @Override
  protected boolean ownsTemporaries() {
    return true;
  }
}
