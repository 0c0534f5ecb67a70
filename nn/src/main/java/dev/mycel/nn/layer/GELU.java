package dev.mycel.nn.layer;

import dev.mycel.core.Ops;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;

/** x times the normal distribution function of x. */
public final class GELU extends Cell<Tensor, Tensor> {
  private final boolean approximate;

  /** In its tanh form. */
  public GELU() {
    this(true);
  }

  /** In its tanh form, or in the exact one with erf. */
  public GELU(boolean approximate) {
    this.approximate = approximate;
  }

  @Override
  protected Tensor construct(Tensor x) {
    return Ops.gelu(x, approximate);
  }
}
