package dev.mycel.nn.layer;

import dev.mycel.core.Ops;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;

/** x moved towards zero by a distance, and zero within it. */
public final class SoftShrink extends Cell<Tensor, Tensor> {
  private final double lambd;

  /** With distance 0.5. */
  public SoftShrink() {
    this(0.5);
  }

  /** With that distance. */
  public SoftShrink(double lambd) {
    this.lambd = lambd;
  }

  @Override
  protected Tensor construct(Tensor x) {
    Tensor moved = Ops.where(x.gt(0), x.sub(lambd), x.add(lambd));
    return Ops.where(x.abs().le(lambd), Casts.beside(x, 0), moved);
  }

  @Override
  protected boolean ownsTemporaries() {
    return true;
  }
}
