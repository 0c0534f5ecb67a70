package dev.mycel.nn.layer;

import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;

/** {@code x sigmoid(1.702 x)}. */
public final class FastGelu extends Cell<Tensor, Tensor> {
  /** The activation; it has no parameters. */
  public FastGelu() {}

  @Override
  protected Tensor construct(Tensor x) {
    return x.mul(x.mul(1.702).sigmoid());
  }

  @Override
  protected boolean ownsTemporaries() {
    return true;
  }
}
