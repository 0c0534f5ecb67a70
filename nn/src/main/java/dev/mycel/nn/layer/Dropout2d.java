package dev.mycel.nn.layer;

/** Dropout of whole channels of [N, C, H, W] or [C, H, W]. */
public final class Dropout2d extends ChannelDropout {
  /** Drops a channel with probability 1/2. */
  public Dropout2d() {
    this(0.5);
  }

  /**
   * Drops a channel with that probability.
   *
   * @param p in [0, 1]: the probability to drop, as in MindSpore
   */
  public Dropout2d(double p) {
    super(p, 2);
  }
}
