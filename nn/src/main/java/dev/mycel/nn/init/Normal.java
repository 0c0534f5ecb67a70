package dev.mycel.nn.init;

import dev.mycel.core.Shape;

/** Normal with a mean and a standard deviation. */
public final class Normal extends Initializer {
  private final double sigma;
  private final double mean;

  /** Normal with mean 0 and standard deviation 0.01. */
  public Normal() {
    this(0.01);
  }

  /** Normal with mean 0. */
  public Normal(double sigma) {
    this(sigma, 0);
  }

  /** Normal with that standard deviation (not negative) and mean. */
  public Normal(double sigma, double mean) {
    this.sigma = Draws.sigma("normal", sigma);
    this.mean = Draws.finite("normal", "mean", mean);
  }

  @Override
  protected float[] fill(Shape shape, Noise noise) {
    return Draws.normal(shape, noise, mean, sigma);
  }
}
