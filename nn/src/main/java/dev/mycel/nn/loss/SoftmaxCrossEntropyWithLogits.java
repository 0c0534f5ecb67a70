package dev.mycel.nn.loss;

import dev.mycel.core.Messages;
import dev.mycel.core.Ops;
import dev.mycel.core.ShapeException;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Reduction;

/**
 * Cross entropy of logits [N, C] with class numbers [N] (sparse) or with probabilities [N, C]. As
 * in MindSpore labels are dense and nothing is summed up by default.
 */
public final class SoftmaxCrossEntropyWithLogits extends LibraryLoss {
  private final boolean sparse;

  /** Dense labels, no reduction. */
  public SoftmaxCrossEntropyWithLogits() {
    this(false, Reduction.NONE);
  }

  /** Sparse (int32 or int64) or dense labels, no reduction. */
  public SoftmaxCrossEntropyWithLogits(boolean sparse) {
    this(sparse, Reduction.NONE);
  }

  /** Sparse (int32 or int64) or dense labels, with that reduction. */
  public SoftmaxCrossEntropyWithLogits(boolean sparse, Reduction reduction) {
    super(reduction);
    this.sparse = sparse;
  }

  @Override
  protected Tensor construct(Tensor logits, Tensor labels) {
    if (logits.rank() != 2) {
      throw new ShapeException(
          Messages.of("softmaxCrossEntropyWithLogits: logits need two axes")
              .line("logits", logits.shape() + "  [N, C]")
              .text());
    }
    if (sparse) {
      return getLoss(Ops.softmaxCrossEntropy(logits, ClassLabels.integers(this, labels)));
    }
    requireSameShape(logits, labels);
    return getLoss(labels.mul(Ops.logSoftmax(logits, 1)).sum(1).neg());
  }
}
