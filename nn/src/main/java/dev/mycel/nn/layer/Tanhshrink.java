package dev.mycel.nn.layer;

import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;

/** {@code x - tanh(x)}. */
public final class Tanhshrink extends Cell<Tensor, Tensor> {
  /** The activation; it has no parameters. */
  public Tanhshrink() {}

  @Override
  protected Tensor construct(Tensor x) {
    return x.sub(x.tanh());
  }

  @Override
  protected boolean ownsTemporaries() {
    return true;
  }
}
