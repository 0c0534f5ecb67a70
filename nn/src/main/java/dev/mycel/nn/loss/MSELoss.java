package dev.mycel.nn.loss;

import dev.mycel.core.Tensor;
import dev.mycel.nn.Reduction;

/** Squared difference; predictions and targets broadcast. */
public final class MSELoss extends LibraryLoss {
  /** With reduction mean. */
  public MSELoss() {
    this(Reduction.MEAN);
  }

  /** With that reduction. */
  public MSELoss(Reduction reduction) {
    super(reduction);
  }

  @Override
  protected Tensor construct(Tensor predictions, Tensor targets) {
    return getLoss(predictions.sub(targets).square());
  }
}
