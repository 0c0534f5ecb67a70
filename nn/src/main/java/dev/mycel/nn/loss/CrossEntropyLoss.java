package dev.mycel.nn.loss;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;
import dev.mycel.core.Ops;
import dev.mycel.core.Scope;
import dev.mycel.core.ShapeException;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Reduction;
import org.jspecify.annotations.Nullable;

/**
 * Cross entropy of logits [N, C, ...] (or [C]) with class numbers [N, ...], or with probabilities
 * of the logits' shape. The mean over class numbers divides by the sum of their weights, that over
 * probabilities by the number of positions.
 */
public final class CrossEntropyLoss extends LibraryLoss {
  private final @Nullable Tensor weight;
  private final long ignoreIndex;
  private final double labelSmoothing;

  /** Without weights, ignoring -100, averaged, without smoothing. */
  public CrossEntropyLoss() {
    this(builder());
  }

  /** Without weights, ignoring -100, without smoothing. */
  public CrossEntropyLoss(Reduction reduction) {
    this(builder().reduction(reduction));
  }

  private CrossEntropyLoss(Builder b) {
    super(b.reduction);
    weight = b.weight;
    ignoreIndex = b.ignoreIndex;
    labelSmoothing = b.labelSmoothing;
  }

  /** A loss with other than the default arguments. */
  public static Builder builder() {
    return new Builder();
  }

  @Override
  protected Tensor construct(Tensor logits, Tensor labels) {
    if (logits.rank() < 1) {
      throw new ShapeException("crossEntropyLoss: logits need a class axis, got a scalar");
    }
    int axis = logits.rank() == 1 ? 0 : 1;
    ClassLabels.requireWeights(this, weight, logits.dim(axis));
    Tensor logp = Ops.logSoftmax(logits, axis);
    if (!labels.dtype().isFloat()) {
      return ClassLabels.loss(this, logp, labels, weight, ignoreIndex, labelSmoothing);
    }
    requireSameShape(logits, labels);
    long classes = logits.dim(axis);
    Tensor smooth =
        labelSmoothing == 0 ? labels : labels.mul(1 - labelSmoothing).add(labelSmoothing / classes);
    Tensor scores = weight == null ? logp : logp.mul(ClassLabels.perClass(weight, logp, axis));
    Tensor each = scores.mul(smooth).sum(axis).neg();
    return getLoss(each);
  }

  /** Arguments of a {@link CrossEntropyLoss}. */
  public static final class Builder {
    private @Nullable Tensor weight;
    private long ignoreIndex = -100;
    private Reduction reduction = Reduction.MEAN;
    private double labelSmoothing;

    private Builder() {}

    /** One weight per class [C]. */
    public Builder weight(Tensor weight) {
      if (weight.rank() != 1) {
        throw new ShapeException(
            Messages.of("crossEntropyLoss: weights have one axis")
                .line("got", weight.shape())
                .text());
      }
      this.weight = Scope.keep(weight);
      return this;
    }

    /** The class number that does not count; -100 by default. */
    public Builder ignoreIndex(long ignoreIndex) {
      this.ignoreIndex = ignoreIndex;
      return this;
    }

    /** How losses are summed up; averaged by default. */
    public Builder reduction(Reduction reduction) {
      this.reduction = reduction;
      return this;
    }

    /** The share, in [0, 1], that all classes get instead of the labelled one; 0 by default. */
    public Builder labelSmoothing(double labelSmoothing) {
      if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
        throw new ArgumentException(
            "crossEntropyLoss: labelSmoothing must be in [0, 1], got " + labelSmoothing);
      }
      this.labelSmoothing = labelSmoothing;
      return this;
    }

    /** The loss. */
    public CrossEntropyLoss build() {
      return new CrossEntropyLoss(this);
    }
  }
}
