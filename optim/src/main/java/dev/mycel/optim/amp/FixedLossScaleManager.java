package dev.mycel.optim.amp;

import java.util.Optional;

/** A loss scale that stays. */
public final class FixedLossScaleManager extends LossScaleManager {
  private final double lossScale;
  private final boolean dropOverflowUpdate;

  /** A scale of 128; updates are left out on overflow. */
  public FixedLossScaleManager() {
    this(128, true);
  }

  /**
   * A scale.
   *
   * @param lossScale at least 1
   * @param dropOverflowUpdate whether updates are left out on overflow; if not, the optimiser must
   *     be made with the same {@code lossScale}
   */
  public FixedLossScaleManager(double lossScale, boolean dropOverflowUpdate) {
    this.lossScale = Require.scale("FixedLossScaleManager", "lossScale", lossScale);
    this.dropOverflowUpdate = dropOverflowUpdate;
  }

  @Override
  public double getLossScale() {
    return lossScale;
  }

  /** Changes nothing. */
  @Override
  public void updateLossScale(boolean overflow) {}

  @Override
  public boolean getDropOverflowUpdate() {
    return dropOverflowUpdate;
  }

  @Override
  public Optional<LossScaleUpdateCell> getUpdateCell() {
    return dropOverflowUpdate
        ? Optional.of(new FixedLossScaleUpdateCell(lossScale))
        : Optional.empty();
  }
}
