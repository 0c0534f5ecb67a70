package dev.mycel.nn.loss;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Ops;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Reduction;

/**
 * Quadratic below beta, {@code 0.5 d^2 / beta}, and linear above, {@code |d| - 0.5 beta}. As in
 * MindSpore nothing is summed up by default.
 */
public final class SmoothL1Loss extends LibraryLoss {
  private final double beta;

  /** With beta 1 and reduction none. */
  public SmoothL1Loss() {
    this(1, Reduction.NONE);
  }

  /** With beta 1. */
  public SmoothL1Loss(Reduction reduction) {
    this(1, reduction);
  }

  /** All of it; beta is positive. */
  public SmoothL1Loss(double beta, Reduction reduction) {
    super(reduction);
    if (!(beta > 0)) {
      throw new ArgumentException("smoothL1Loss: beta must be positive, got " + beta);
    }
    this.beta = beta;
  }

  @Override
  protected Tensor construct(Tensor predictions, Tensor targets) {
    requireSameShape(predictions, targets);
    Tensor d = predictions.sub(targets);
    Tensor far = d.abs().ge(beta);
    Tensor linear = d.abs().sub(0.5 * beta);
    return getLoss(Ops.where(far, linear, d.square().mul(0.5 / beta)));
  }
}
