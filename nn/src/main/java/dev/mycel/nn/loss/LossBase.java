package dev.mycel.nn.loss;

import dev.mycel.core.DType;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell2;
import dev.mycel.nn.Reduction;

/**
 * A loss of predictions and targets. To write one, override {@code construct} and end it with
 * {@link #getLoss}.
 */
public abstract class LossBase extends Cell2<Tensor, Tensor, Tensor> {
  private final Reduction reduction;

  /** A loss that is averaged. */
  protected LossBase() {
    this(Reduction.MEAN);
  }

  /** A loss with that reduction. */
  protected LossBase(Reduction reduction) {
    this.reduction = reduction;
  }

  /** How the losses of single elements are summed up. */
  public final Reduction reduction() {
    return reduction;
  }

  /** Sums up the losses of single elements. */
  protected final Tensor getLoss(Tensor elements) {
    return switch (reduction) {
      case NONE -> elements;
      case SUM -> wide(elements).sum().cast(elements.dtype());
      case MEAN -> wide(elements).mean().cast(elements.dtype());
    };
  }

  /**
   * Sums up the losses of single elements, each times its weight (the mean does not divide by it).
   */
  protected final Tensor getLoss(Tensor elements, Tensor weights) {
    Tensor weighted = wide(elements).mul(weights).cast(elements.dtype());
    return getLoss(weighted);
  }

  /** Sums of the half types are taken in float32. */
  private static Tensor wide(Tensor x) {
    return x.dtype().isFloat() ? x.cast(x.dtype().accumulator()) : x.cast(DType.FLOAT32);
  }
}
