package dev.mycel.nn.loss;

import dev.mycel.core.Scope;
import dev.mycel.core.ShapeException;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Reduction;
import org.jspecify.annotations.Nullable;

/**
 * Minus the log-probability of the labelled class: log-probabilities [N, C, ...] (or [C]), class
 * numbers [N, ...]. The mean divides by the sum of the labels' weights.
 */
public final class NLLLoss extends LibraryLoss {
  private final @Nullable Tensor weight;
  private final long ignoreIndex;

  /** Without weights, ignoring -100, averaged. */
  public NLLLoss() {
    this(Reduction.MEAN);
  }

  /** Without weights, ignoring -100. */
  public NLLLoss(Reduction reduction) {
    this(null, -100, reduction);
  }

  /**
   * All of it.
   *
   * @param weight one weight per class [C], or null
   * @param ignoreIndex the class number that does not count
   */
  public NLLLoss(@Nullable Tensor weight, long ignoreIndex, Reduction reduction) {
    super(reduction);
    this.weight = weight == null ? null : Scope.keep(weight);
    this.ignoreIndex = ignoreIndex;
  }

  @Override
  protected Tensor construct(Tensor logp, Tensor labels) {
    if (logp.rank() < 1) {
      throw new ShapeException("nLLLoss: log-probabilities need a class axis, got a scalar");
    }
    ClassLabels.requireWeights(this, weight, logp.dim(logp.rank() == 1 ? 0 : 1));
    return ClassLabels.loss(this, logp, labels, weight, ignoreIndex, 0);
  }
}
