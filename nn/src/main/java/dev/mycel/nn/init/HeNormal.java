package dev.mycel.nn.init;

import dev.mycel.core.Shape;

/** Normal with variance {@code gain^2 / fan}. He et al., 2015. */
public final class HeNormal extends Initializer {
  private final HeScale scale;

  /** Slope 0, fan in, leaky relu. */
  public HeNormal() {
    this(0);
  }

  /** Fan in, leaky relu of that slope. */
  public HeNormal(double negativeSlope) {
    this(negativeSlope, Mode.FAN_IN, Nonlinearity.LEAKY_RELU);
  }

  /**
   * All of it.
   *
   * @param negativeSlope the slope of a leaky relu left of zero
   * @param mode fan in or fan out
   * @param nonlinearity the activation that follows
   */
  public HeNormal(double negativeSlope, Mode mode, Nonlinearity nonlinearity) {
    this.scale = new HeScale("heNormal", negativeSlope, mode, nonlinearity);
  }

  @Override
  protected void check(Shape shape) {
    scale.deviation(shape);
  }

  @Override
  protected float[] fill(Shape shape, Noise noise) {
    return Draws.normal(shape, noise, 0, scale.deviation(shape));
  }
}
