package dev.mycel.nn.loss;

import dev.mycel.core.Tensor;
import dev.mycel.nn.Reduction;

/** Absolute difference; predictions and targets broadcast. */
public final class L1Loss extends LibraryLoss {
  /** With reduction mean. */
  public L1Loss() {
    this(Reduction.MEAN);
  }

  /** With that reduction. */
  public L1Loss(Reduction reduction) {
    super(reduction);
  }

  @Override
  protected Tensor construct(Tensor predictions, Tensor targets) {
    return getLoss(predictions.sub(targets).abs());
  }
}
