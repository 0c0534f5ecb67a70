package dev.mycel.nn.layer;

import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;

/** {@code x sigmoid(x)}. */
public final class SiLU extends Cell<Tensor, Tensor> {
  /** The activation; it has no parameters. */
  public SiLU() {}

  @Override
  protected Tensor construct(Tensor x) {
    return x.silu();
  }

  @Override
  protected boolean ownsTemporaries() {
    return true;
  }
}
