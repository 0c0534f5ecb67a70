package dev.mycel.nn.loss;

import dev.mycel.core.Scope;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Reduction;
import org.jspecify.annotations.Nullable;

/**
 * Cross entropy of the sigmoid of x with targets y of the same shape, computed from x so that
 * nothing overflows: {@code (1 - y) x + (1 + (p - 1) y) log(1 + exp(-x))} with the weight p of
 * positive targets.
 */
public final class BCEWithLogitsLoss extends LibraryLoss {
  private final @Nullable Tensor weight;
  private final @Nullable Tensor posWeight;

  /** Without weights, averaged. */
  public BCEWithLogitsLoss() {
    this(Reduction.MEAN);
  }

  /** Without weights. */
  public BCEWithLogitsLoss(Reduction reduction) {
    this(reduction, null, null);
  }

  /**
   * All of it.
   *
   * @param weight weights that broadcast to the predictions, or null
   * @param posWeight weights of positive targets that broadcast to the predictions, or null
   */
  public BCEWithLogitsLoss(
      Reduction reduction, @Nullable Tensor weight, @Nullable Tensor posWeight) {
    super(reduction);
    this.weight = weight == null ? null : Scope.keep(weight);
    this.posWeight = posWeight == null ? null : Scope.keep(posWeight);
  }

  @Override
  protected Tensor construct(Tensor x, Tensor targets) {
    requireSameShape(x, targets);
    Tensor softplus = x.neg().softplus();
    Tensor scale = posWeight == null ? null : posWeight.sub(1).mul(targets).add(1);
    Tensor positive = scale == null ? softplus : softplus.mul(scale);
    Tensor each = targets.neg().add(1).mul(x).add(positive);
    return weight == null ? getLoss(each) : getLoss(each, weight);
  }
}
