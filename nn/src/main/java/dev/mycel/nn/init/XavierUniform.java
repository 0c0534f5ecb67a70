package dev.mycel.nn.init;

import dev.mycel.core.Shape;

/** Uniform within {@code gain * sqrt(6 / (fanIn + fanOut))} of zero. Glorot and Bengio, 2010. */
public final class XavierUniform extends Initializer {
  private final double gain;

  /** Gain 1. */
  public XavierUniform() {
    this(1);
  }

  /** That gain. */
  public XavierUniform(double gain) {
    this.gain = Draws.finite("xavierUniform", "gain", gain);
  }

  @Override
  protected void check(Shape shape) {
    Fans.of("xavierUniform", shape);
  }

  @Override
  protected float[] fill(Shape shape, Noise noise) {
    Fans fans = Fans.of("xavierUniform", shape);
    double bound = Math.abs(gain) * Math.sqrt(6 / (fans.in() + fans.out()));
    return Draws.uniform(shape, noise, -bound, bound);
  }
}
