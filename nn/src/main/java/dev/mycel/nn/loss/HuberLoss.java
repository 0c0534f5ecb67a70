package dev.mycel.nn.loss;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Ops;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Reduction;

/** Quadratic up to delta, {@code 0.5 d^2}, and linear above, {@code delta (|d| - 0.5 delta)}. */
public final class HuberLoss extends LibraryLoss {
  private final double delta;

  /** With delta 1 and reduction mean. */
  public HuberLoss() {
    this(Reduction.MEAN, 1);
  }

  /** With delta 1. */
  public HuberLoss(Reduction reduction) {
    this(reduction, 1);
  }

  /** All of it; delta is positive. */
  public HuberLoss(Reduction reduction, double delta) {
    super(reduction);
    if (!(delta > 0)) {
      throw new ArgumentException("huberLoss: delta must be positive, got " + delta);
    }
    this.delta = delta;
  }

  @Override
  protected Tensor construct(Tensor predictions, Tensor targets) {
    requireSameShape(predictions, targets);
    Tensor d = predictions.sub(targets);
    Tensor far = d.abs().gt(delta);
    Tensor linear = d.abs().sub(0.5 * delta).mul(delta);
    return getLoss(Ops.where(far, linear, d.square().mul(0.5)));
  }
}
