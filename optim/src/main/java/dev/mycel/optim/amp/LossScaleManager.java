package dev.mycel.optim.amp;

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
}
