package dev.mycel.nn.layer;

import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;

/** {@code x / (1 + |x|)}. */
public final class Softsign extends Cell<Tensor, Tensor> {
  /** The activation; it has no parameters. */
  public Softsign() {}

  @Override
  protected Tensor construct(Tensor x) {
    return x.div(x.abs().add(1));
  }

  @Override
  protected boolean ownsTemporaries() {
    return true;
  }
}
