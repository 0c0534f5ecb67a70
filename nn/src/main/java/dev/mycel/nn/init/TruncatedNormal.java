package dev.mycel.nn.init;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Shape;

/** Normal, conditioned on lying between two bounds, which are no multiples of sigma. */
public final class TruncatedNormal extends Initializer {
  private final double sigma;
  private final double mean;
  private final double low;
  private final double high;

  /** Mean 0, standard deviation 0.01, bounds -2 and 2. */
  public TruncatedNormal() {
    this(0.01);
  }

  /** Mean 0, bounds -2 and 2. */
  public TruncatedNormal(double sigma) {
    this(sigma, 0, -2, 2);
  }

  /**
   * All of it.
   *
   * @param sigma standard deviation before the cut, positive
   * @param mean mean before the cut
   * @param a lower bound
   * @param b upper bound, above the lower one
   */
  public TruncatedNormal(double sigma, double mean, double a, double b) {
    if (!(Draws.sigma("truncatedNormal", sigma) > 0) || !(a < b)) {
      throw new ArgumentException(
          "truncatedNormal: sigma must be positive and a below b, got sigma "
              + sigma
              + ", a "
              + a
              + ", b "
              + b);
    }
    this.sigma = sigma;
    this.mean = Draws.finite("truncatedNormal", "mean", mean);
    this.low = a;
    this.high = b;
  }

  @Override
  protected float[] fill(Shape shape, Noise noise) {
    return Draws.truncated(shape, noise, mean, sigma, low, high);
  }
}
