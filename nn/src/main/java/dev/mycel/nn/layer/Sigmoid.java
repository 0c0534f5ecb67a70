package dev.mycel.nn.layer;

import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;

/** {@code 1 / (1 + exp(-x))}. */
public final class Sigmoid extends Cell<Tensor, Tensor> {
  /** The activation; it has no parameters. */
  public Sigmoid() {}

  @Override
  protected Tensor construct(Tensor x) {
    return x.sigmoid();
  }
}
