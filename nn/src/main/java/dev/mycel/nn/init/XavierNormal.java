package dev.mycel.nn.init;

import dev.mycel.core.Shape;

/** Normal with variance {@code gain^2 * 2 / (fanIn + fanOut)}. Glorot and Bengio, 2010. */
public final class XavierNormal extends Initializer {
  private final double gain;

  /** Gain 1. */
  public XavierNormal() {
    this(1);
  }

  /** That gain. */
  public XavierNormal(double gain) {
    this.gain = Draws.finite("xavierNormal", "gain", gain);
  }

  @Override
  protected void check(Shape shape) {
    Fans.of("xavierNormal", shape);
  }

  @Override
  protected float[] fill(Shape shape, Noise noise) {
    Fans fans = Fans.of("xavierNormal", shape);
    double sigma = gain * Math.sqrt(2 / (fans.in() + fans.out()));
    return Draws.normal(shape, noise, 0, sigma);
  }
}
