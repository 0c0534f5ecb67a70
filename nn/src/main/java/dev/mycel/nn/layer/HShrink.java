package dev.mycel.nn.layer;

import dev.mycel.core.Ops;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;

/** x, but zero within a distance of zero. */
public final class HShrink extends Cell<Tensor, Tensor> {
  private final double lambd;

  /** With distance 0.5. */
  public HShrink() {
    this(0.5);
  }

  /** With that distance. */
  public HShrink(double lambd) {
    this.lambd = lambd;
  }

  @Override
  protected Tensor construct(Tensor x) {
    return Ops.where(x.abs().le(lambd), Casts.beside(x, 0), x);
  }

  @Override
  protected boolean ownsTemporaries() {
    return true;
  }
}
