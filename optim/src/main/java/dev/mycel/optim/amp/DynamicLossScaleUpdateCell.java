package dev.mycel.optim.amp;

import dev.mycel.core.DType;
import dev.mycel.core.Ops;
import dev.mycel.core.Tensor;
import dev.mycel.nn.LocalName;
import dev.mycel.nn.Parameter;

/**
 * Shrinks the scale by a factor, to 1 at least, with each overflow; grows it by the factor when as
 * many steps as the window have passed since the scale changed. Its counters are parameters and
 * saved with the training step.
 */
public final class DynamicLossScaleUpdateCell extends LossScaleUpdateCell {
  private final double lossScaleValue;
  private final double scaleFactor;
  private final int scaleWindow;

  @LocalName("cur_iter")
  private final Parameter step = counter(1, "current_iterator_step");

  @LocalName("last_overflow_iter")
  private final Parameter lastChange = counter(0, "last_overflow_iterator_step");

  /**
   * A scale.
   *
   * @param lossScaleValue the first scale, at least 1
   * @param scaleFactor above 1
   * @param scaleWindow how many steps without overflow let the scale grow, at least 1
   */
  public DynamicLossScaleUpdateCell(double lossScaleValue, double scaleFactor, int scaleWindow) {
    String op = "DynamicLossScaleUpdateCell";
    this.lossScaleValue = Require.scale(op, "lossScaleValue", lossScaleValue);
    this.scaleFactor = Require.factor(op, "scaleFactor", scaleFactor);
    this.scaleWindow = Require.window(op, "scaleWindow", scaleWindow);
  }

  private static Parameter counter(int value, String name) {
    return new Parameter(Ops.scalar(value, DType.INT32), name, false);
  }

  @Override
  public double getLossScale() {
    return lossScaleValue;
  }

  @Override
  protected Tensor construct(Parameter lossScale, Tensor overflow) {
    long now = step.value().itemLong();
    double scale = lossScale.value().item();
    double next = scale;
    if (overflow.itemBoolean()) {
      next = Math.max(scale / scaleFactor, 1);
      lastChange.assign(Ops.scalar(now, DType.INT32));
    } else if (now - lastChange.value().itemLong() >= scaleWindow) {
      next = grown(scale, scaleFactor);
      lastChange.assign(Ops.scalar(now, DType.INT32));
    }
    if (next != scale) {
      lossScale.assign(Ops.fullLike(lossScale.value(), next));
    }
    step.assign(Ops.scalar(now + 1, DType.INT32));
    return overflow;
  }

  @Override
  protected boolean ownsTemporaries() {
    return true;
  }
}
