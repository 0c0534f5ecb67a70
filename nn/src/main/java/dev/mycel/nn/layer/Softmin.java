package dev.mycel.nn.layer;

import dev.mycel.core.Ops;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;

/** Softmax of -x along an axis. */
public final class Softmin extends Cell<Tensor, Tensor> {
  private final int axis;

  /** With axis -1. */
  public Softmin() {
    this(-1);
  }

  /** With that axis. */
  public Softmin(int axis) {
    this.axis = axis;
  }

  @Override
  protected Tensor construct(Tensor x) {
    return Ops.softmax(x.neg(), axis);
  }

  @Override
  protected boolean ownsTemporaries() {
    return true;
  }
}
