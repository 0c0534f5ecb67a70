package dev.mycel.nn.loss;

import dev.mycel.core.Ops;
import dev.mycel.core.Scope;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Reduction;
import org.jspecify.annotations.Nullable;

/**
 * Cross entropy of probabilities x in [0, 1] with targets y of the same shape: {@code -(y log x +
 * (1 - y) log(1 - x))}, where no logarithm is taken below -100.
 */
public final class BCELoss extends LibraryLoss {
  private final @Nullable Tensor weight;

  /** Without weights, averaged. */
  public BCELoss() {
    this(null, Reduction.MEAN);
  }

  /** Without weights. */
  public BCELoss(Reduction reduction) {
    this(null, reduction);
  }

  /** With weights that broadcast to the predictions, or null. */
  public BCELoss(@Nullable Tensor weight, Reduction reduction) {
    super(reduction);
    this.weight = weight == null ? null : Scope.keep(weight);
  }

  @Override
  protected Tensor construct(Tensor predictions, Tensor targets) {
    requireSameShape(predictions, targets);
    Tensor each = Ops.binaryCrossEntropy(predictions, targets);
    return weight == null ? getLoss(each) : getLoss(each, weight);
  }
}
