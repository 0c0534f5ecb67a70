package dev.mycel.nn.layer;

/** Dropout of whole channels of [N, C, L] or [C, L]. */
public final class Dropout1d extends ChannelDropout {
  /** Drops a channel with probability 1/2. */
  public Dropout1d() {
    this(0.5);
  }

  /**
   * Drops a channel with that probability.
   *
   * @param p in [0, 1]: the probability to drop, as in MindSpore
   */
  public Dropout1d(double p) {
    super(p, 1);
  }
}
