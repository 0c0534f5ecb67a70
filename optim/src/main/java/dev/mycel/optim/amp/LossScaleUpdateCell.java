package dev.mycel.optim.amp;

import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell2;
import dev.mycel.nn.Parameter;

/**
 * Keeps the scale of a {@link TrainOneStepWithLossScaleCell}: called after each step with the
 * parameter that holds the scale and whether a gradient overflowed (a bool scalar), it writes the
 * next scale and returns whether the update shall be left out.
 */
public abstract class LossScaleUpdateCell extends Cell2<Parameter, Tensor, Tensor> {
  /** A cell. */
  protected LossScaleUpdateCell() {}

  /** The first scale. */
  public abstract double getLossScale();

  /** A scale times a factor, or the scale itself where that is beyond float32. */
  static double grown(double scale, double factor) {
    double next = scale * factor;
    return Float.isFinite((float) next) ? next : scale;
  }
}
