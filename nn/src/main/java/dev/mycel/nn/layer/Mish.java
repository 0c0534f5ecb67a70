package dev.mycel.nn.layer;

import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;

/** {@code x tanh(log(1 + exp(x)))}. */
public final class Mish extends Cell<Tensor, Tensor> {
  /** The activation; it has no parameters. */
  public Mish() {}

  @Override
  protected Tensor construct(Tensor x) {
    return x.mul(x.softplus().tanh());
  }

  @Override
  protected boolean ownsTemporaries() {
    return true;
  }
}
