package dev.mycel.nn.layer;

import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;

/** Logarithm of the sigmoid. */
public final class LogSigmoid extends Cell<Tensor, Tensor> {
  /** The activation; it has no parameters. */
  public LogSigmoid() {}

  @Override
  protected Tensor construct(Tensor x) {
    return x.logSigmoid();
  }

  @Override
  protected boolean ownsTemporaries() {
    return true;
  }
}
