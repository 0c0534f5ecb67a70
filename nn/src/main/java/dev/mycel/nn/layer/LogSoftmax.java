package dev.mycel.nn.layer;

import dev.mycel.core.Ops;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;

/** Logarithm of softmax along an axis. */
public final class LogSoftmax extends Cell<Tensor, Tensor> {
  private final int axis;

  /** With axis -1. */
  public LogSoftmax() {
    this(-1);
  }

  /** With that axis. */
  public LogSoftmax(int axis) {
    this.axis = axis;
  }

  @Override
  protected Tensor construct(Tensor x) {
    return Ops.logSoftmax(x, axis);
  }
}
