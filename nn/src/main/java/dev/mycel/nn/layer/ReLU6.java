package dev.mycel.nn.layer;

import dev.mycel.core.Ops;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;

/** max(x, 0), at most 6. */
public final class ReLU6 extends Cell<Tensor, Tensor> {
  /** The activation; it has no parameters. */
  public ReLU6() {}

  @Override
  protected Tensor construct(Tensor x) {
    return Ops.where(x.ge(6), Casts.beside(x, 6), Ops.relu(x));
  }

  @Override
  protected boolean ownsTemporaries() {
    return true;
  }
}
