package dev.mycel.nn.layer;

import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;

/** {@code (x + 3) / 6}, between 0 and 1. */
public final class HSigmoid extends Cell<Tensor, Tensor> {
  /** The activation; it has no parameters. */
  public HSigmoid() {}

  @Override
  protected Tensor construct(Tensor x) {
    return Activations.hardSigmoid(x);
  }

  @Override
  protected boolean ownsTemporaries() {
    return true;
  }
}
