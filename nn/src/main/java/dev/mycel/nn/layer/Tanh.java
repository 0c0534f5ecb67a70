package dev.mycel.nn.layer;

import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;

/** Hyperbolic tangent. */
public final class Tanh extends Cell<Tensor, Tensor> {
  /** The activation; it has no parameters. */
  public Tanh() {}

  @Override
  protected Tensor construct(Tensor x) {
    return x.tanh();
  }
}
