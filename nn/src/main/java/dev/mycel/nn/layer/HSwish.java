package dev.mycel.nn.layer;

import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;

/** x times its hard sigmoid. */
public final class HSwish extends Cell<Tensor, Tensor> {
  /** The activation; it has no parameters. */
  public HSwish() {}

  @Override
  protected Tensor construct(Tensor x) {
    return x.mul(Activations.hardSigmoid(x));
  }

  @Override
  protected boolean ownsTemporaries() {
    return true;
  }
}
