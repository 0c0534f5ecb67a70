package dev.mycel.nn.loss;

import dev.mycel.core.Tensor;
import dev.mycel.nn.Reduction;

/** The root of the mean squared difference; predictions and targets broadcast. */
public final class RMSELoss extends LibraryLoss {
  /** There is nothing to choose. */
  public RMSELoss() {
    super(Reduction.MEAN);
  }

  @Override
  protected Tensor construct(Tensor predictions, Tensor targets) {
    return getLoss(predictions.sub(targets).square()).sqrt();
  }
}
