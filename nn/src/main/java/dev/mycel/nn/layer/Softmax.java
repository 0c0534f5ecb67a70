package dev.mycel.nn.layer;

import dev.mycel.core.Ops;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;

/** exp(x) over its sum along an axis. */
public final class Softmax extends Cell<Tensor, Tensor> {
  private final int axis;

  /** With axis -1. */
  public Softmax() {
    this(-1);
  }

  /** With that axis. */
  public Softmax(int axis) {
    this.axis = axis;
  }

  @Override
  protected Tensor construct(Tensor x) {
    return Ops.softmax(x, axis);
  }
}
