package dev.mycel.nn.layer;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Ops;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;

/** x between two bounds. */
public final class Hardtanh extends Cell<Tensor, Tensor> {
  private final double minVal;
  private final double maxVal;

  /** With lower bound -1, upper bound 1. */
  public Hardtanh() {
    this(-1, 1);
  }

  /** With that lower bound, and that upper bound. */
  public Hardtanh(double minVal, double maxVal) {
    if (!(minVal < maxVal)) {
      throw new ArgumentException(
          "hardtanh: the lower bound must be below the upper, got " + minVal + " and " + maxVal);
    }
    this.minVal = minVal;
    this.maxVal = maxVal;
  }

  @Override
  protected Tensor construct(Tensor x) {
    Tensor low = Ops.where(x.le(minVal), Casts.beside(x, minVal), x);
    return Ops.where(x.ge(maxVal), Casts.beside(x, maxVal), low);
  }

  @Override
  protected boolean ownsTemporaries() {
    return true;
  }
}
