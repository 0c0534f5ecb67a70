package dev.mycel.nn.init;

import dev.mycel.core.Shape;

/** Uniform within {@code gain * sqrt(3 / fan)} of zero. He et al., 2015. */
public final class HeUniform extends Initializer {
  private final HeScale scale;

  /** Slope 0, fan in, leaky relu. */
  public HeUniform() {
    this(0);
  }

  /** Fan in, leaky relu of that slope. */
  public HeUniform(double negativeSlope) {
    this(negativeSlope, Mode.FAN_IN, Nonlinearity.LEAKY_RELU);
  }

  /**
   * All of it.
   *
   * @param negativeSlope the slope of a leaky relu left of zero
   * @param mode fan in or fan out
   * @param nonlinearity the activation that follows
   */
  public HeUniform(double negativeSlope, Mode mode, Nonlinearity nonlinearity) {
    this.scale = new HeScale("heUniform", negativeSlope, mode, nonlinearity);
  }

  @Override
  protected void check(Shape shape) {
    scale.deviation(shape);
  }

  @Override
  protected float[] fill(Shape shape, Noise noise) {
    double bound = scale.deviation(shape) * Math.sqrt(3);
    return Draws.uniform(shape, noise, -bound, bound);
  }
}
