package dev.mycel.nn.amp;

/** A loss scaler whose scale stays. */
public final class StaticLossScaler extends LossScaler {
  /**
   * A scaler.
   *
   * @param scaleValue at least 1
   */
  public StaticLossScaler(double scaleValue) {
    super("StaticLossScaler", scaleValue);
  }

  /** Changes nothing and returns false. */
  @Override
  public boolean adjust(boolean gradsFinite) {
    return false;
  }
}
