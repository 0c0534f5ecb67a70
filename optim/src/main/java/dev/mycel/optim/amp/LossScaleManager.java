package dev.mycel.optim.amp;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;
import java.util.Map;
import java.util.Optional;

/** Says how a training step scales its loss, and follows what comes of it. */
public abstract class LossScaleManager {
  /** A manager. */
  protected LossScaleManager() {}

  /** The scale now. */
  public abstract double getLossScale();

  /**
   * Follows a step.
   *
   * @param overflow whether a gradient of the step was infinite or NaN
   */
  public abstract void updateLossScale(boolean overflow);

  /** Whether a step leaves out its update when a gradient overflowed. */
  public abstract boolean getDropOverflowUpdate();

  /**
   * A new cell that keeps the scale of a {@link TrainOneStepWithLossScaleCell}; empty where the
   * scale is a constant that the optimiser divides by.
   */
  public abstract Optional<LossScaleUpdateCell> getUpdateCell();

  /**
   * What changes as training goes on, by name: longs, doubles, booleans or strings, to be saved
   * with the training. Empty where nothing changes.
   */
  public Map<String, Object> state() {
    return Map.of();
  }

  /**
   * Takes over what {@link #state} gave.
   *
   * @throws ArgumentException if it is no state of such a manager; nothing has changed then
   */
  public void restoreState(Map<String, Object> state) {
    if (!state.isEmpty()) {
      throw new ArgumentException(
          Messages.of(getClass().getSimpleName() + ": it keeps no state to restore")
              .line("given", String.join(" ", state.keySet()))
              .hint("use the kind of loss scale manager that the state was saved with")
              .text());
    }
  }
}
