package dev.mycel.nn.loss;

import dev.mycel.core.Tensor;
import dev.mycel.nn.Reduction;

/** Absolute difference, by another name than {@link L1Loss}. */
public final class MAELoss extends LibraryLoss {
  /** With reduction mean. */
  public MAELoss() {
    this(Reduction.MEAN);
  }

  /** With that reduction. */
  public MAELoss(Reduction reduction) {
    super(reduction);
  }

  @Override
  protected Tensor construct(Tensor predictions, Tensor targets) {
    return getLoss(predictions.sub(targets).abs());
  }
}
