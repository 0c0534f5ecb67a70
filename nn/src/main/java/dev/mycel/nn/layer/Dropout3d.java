package dev.mycel.nn.layer;

/** Dropout of whole channels of [N, C, D, H, W] or [C, D, H, W]. */
public final class Dropout3d extends ChannelDropout {
  /** Drops a channel with probability 1/2. */
  public Dropout3d() {
    this(0.5);
  }

  /**
   * Drops a channel with that probability.
   *
   * @param p in [0, 1]: the probability to drop, as in MindSpore
   */
  public Dropout3d(double p) {
    super(p, 3);
  }
}
