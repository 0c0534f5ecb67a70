package dev.mycel.nn.amp;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.DType;
import dev.mycel.core.Messages;
import dev.mycel.core.Ops;
import dev.mycel.nn.Parameter;

/**
 * A loss scaler whose scale grows by a factor after a number of steps with finite gradients, and
 * shrinks by it, to 1 at least, after each step without.
 */
public final class DynamicLossScaler extends LossScaler {
  private final float scaleFactor;
  private final int scaleWindow;
  private final Parameter counter = new Parameter(Ops.scalar(0, DType.INT32), "counter", false);

  /**
   * A scaler.
   *
   * @param scaleValue the first scale, at least 1
   * @param scaleFactor above 1
   * @param scaleWindow how many finite steps in a row let the scale grow, at least 1
   */
  public DynamicLossScaler(double scaleValue, double scaleFactor, int scaleWindow) {
    super("DynamicLossScaler", scaleValue);
    if (!(scaleFactor > 1) || !Float.isFinite((float) scaleFactor)) {
      throw new ArgumentException(
          Messages.of("DynamicLossScaler: scaleFactor must be a number above 1")
              .line("got", scaleFactor)
              .hint("2 is usual; StaticLossScaler has a scale that stays")
              .text());
    }
    if (scaleWindow < 1) {
      throw new ArgumentException(
          Messages.of("DynamicLossScaler: scaleWindow must be at least 1")
              .line("got", scaleWindow)
              .hint("it counts the steps until the scale grows; 2000 is usual")
              .text());
    }
    this.scaleFactor = (float) scaleFactor;
    this.scaleWindow = scaleWindow;
  }

  /** How many finite steps have passed since the scale changed: an int32 scalar. */
  public Parameter counter() {
    return counter;
  }

  /** Adapts the scale and returns true. A scale beyond float32 is not taken. */
  @Override
  public boolean adjust(boolean gradsFinite) {
    float scale = (float) scaleValue().value().item();
    long steps = counter.value().itemLong();
    float next = scale;
    if (!gradsFinite) {
      next = Math.max(1, scale / scaleFactor);
    } else if (steps == scaleWindow - 1 && Float.isFinite(scale * scaleFactor)) {
      next = scale * scaleFactor;
    }
    scaleValue().assign(Ops.scalar(next, DType.FLOAT32));
    counter.assign(Ops.scalar(gradsFinite ? (steps + 1) % scaleWindow : 0, DType.INT32));
    return true;
  }
}
