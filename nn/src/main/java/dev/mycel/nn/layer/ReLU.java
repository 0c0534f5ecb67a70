package dev.mycel.nn.layer;

import dev.mycel.core.Ops;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;

/** max(x, 0). */
public final class ReLU extends Cell<Tensor, Tensor> {
  /** The activation; it has no parameters. */
  public ReLU() {}

  @Override
  protected Tensor construct(Tensor x) {
    return Ops.relu(x);
  }
}
