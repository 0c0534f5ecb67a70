package dev.mycel.optim.amp;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;
import dev.mycel.core.TensorException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A loss scale that shrinks by a factor, to 1 at least, with each overflow, and grows by it when
 * the steps since the last one are a multiple of a window.
 */
public final class DynamicLossScaleManager extends LossScaleManager {
  private static final int MOST_IN_A_ROW = 1000;

  private final double scaleFactor;
  private final int scaleWindow;
  private double lossScale;
  private long step = 1;
  private long lastOverflow;
  private int inARow;

  /** From a scale of 2^24, by a factor of 2, with a window of 2000 steps. */
  public DynamicLossScaleManager() {
    this(1 << 24, 2, 2000);
  }

  /**
   * A scale.
   *
   * @param initLossScale the first scale, at least 1
   * @param scaleFactor above 1
   * @param scaleWindow how many steps without overflow let the scale grow, at least 1
   */
  public DynamicLossScaleManager(double initLossScale, double scaleFactor, int scaleWindow) {
    this.lossScale = Require.scale("DynamicLossScaleManager", "initLossScale", initLossScale);
    this.scaleFactor = Require.factor("DynamicLossScaleManager", "scaleFactor", scaleFactor);
    this.scaleWindow = Require.window("DynamicLossScaleManager", "scaleWindow", scaleWindow);
  }

  @Override
  public double getLossScale() {
    return lossScale;
  }

  /** Follows a step; more than 1000 overflows in a row are an error, since nothing is learned. */
  @Override
  public void updateLossScale(boolean overflow) {
    if (overflow) {
      lossScale = Math.max(lossScale / scaleFactor, 1);
      lastOverflow = step;
      inARow++;
    } else {
      if ((step - lastOverflow) % scaleWindow == 0) {
        lossScale = LossScaleUpdateCell.grown(lossScale, scaleFactor);
      }
      inARow = 0;
    }
    step++;
    if (inARow > MOST_IN_A_ROW) {
      throw new TensorException(
          Messages.of("DynamicLossScaleManager: the gradients overflowed in every step")
              .line("steps in a row", inARow)
              .line("loss scale    ", lossScale)
              .hint("the loss itself is infinite or NaN: look for it with a loss scale of 1")
              .text());
    }
  }

  @Override
  public boolean getDropOverflowUpdate() {
    return true;
  }

  @Override
  public Optional<LossScaleUpdateCell> getUpdateCell() {
    return Optional.of(new DynamicLossScaleUpdateCell(lossScale, scaleFactor, scaleWindow));
  }

  @Override
  public Map<String, Object> state() {
    Map<String, Object> state = new LinkedHashMap<>();
    state.put("loss_scale", lossScale);
    state.put("step", step);
    state.put("last_overflow", lastOverflow);
    state.put("overflows_in_a_row", (long) inARow);
    return state;
  }

  @Override
  public void restoreState(Map<String, Object> state) {
    if (state.get("loss_scale") instanceof Double scale
        && state.get("step") instanceof Long steps
        && state.get("last_overflow") instanceof Long overflow
        && state.get("overflows_in_a_row") instanceof Long row
        && state.size() == 4
        && scale >= 1
        && Float.isFinite((float) (double) scale)
        && overflow >= 0
        && overflow < steps
        && row >= 0
        && row <= MOST_IN_A_ROW) {
      lossScale = scale;
      step = steps;
      lastOverflow = overflow;
      inARow = (int) (long) row;
      return;
    }
    throw new ArgumentException(
        Messages.of("DynamicLossScaleManager: this is no state of such a manager")
            .line("given", state)
            .hint("restore what state() gave: loss_scale, step, last_overflow, overflows_in_a_row")
            .text());
  }
}
