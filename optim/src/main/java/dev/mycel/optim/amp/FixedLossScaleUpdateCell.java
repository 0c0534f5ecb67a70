package dev.mycel.optim.amp;

import dev.mycel.core.Tensor;
import dev.mycel.nn.Parameter;

/** Leaves the scale as it is. */
public final class FixedLossScaleUpdateCell extends LossScaleUpdateCell {
  private final double lossScaleValue;

  /**
   * A scale.
   *
   * @param lossScaleValue at least 1
   */
  public FixedLossScaleUpdateCell(double lossScaleValue) {
    this.lossScaleValue =
        Require.scale("FixedLossScaleUpdateCell", "lossScaleValue", lossScaleValue);
  }

  @Override
  public double getLossScale() {
    return lossScaleValue;
  }

  @Override
  protected Tensor construct(Parameter lossScale, Tensor overflow) {
    return overflow;
  }
}
