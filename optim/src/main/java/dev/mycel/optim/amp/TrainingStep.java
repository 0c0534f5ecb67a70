package dev.mycel.optim.amp;

import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;
import java.util.Optional;

/**
 * A training step of either kind, with or without a loss scale, to be run by loops that need not
 * know which.
 *
 * @param <I> the input: data, or a pair of data and labels
 */
public interface TrainingStep<I> {
  /**
   * What came of a step.
   *
   * @param loss the loss before the update, not scaled
   * @param overflow whether the update was left out because a gradient was infinite or NaN
   * @param lossScale the scale that the step worked with; 1 where there is none
   */
  record Outcome(Tensor loss, boolean overflow, double lossScale) {}

  /** Runs one step: forward, backward, update, and the update of the loss scale. */
  Outcome step(I input);

  /**
   * The cell behind it, a {@code TrainOneStepCell} or a {@link TrainOneStepWithLossScaleCell}, in
   * training mode: what is printed, saved, and switched between training and inference.
   */
  Cell<I, ?> cell();

  /** The manager that follows the steps, if there is one with a state of its own. */
  default Optional<LossScaleManager> lossScaleManager() {
    return Optional.empty();
  }
}
