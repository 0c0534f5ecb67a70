package dev.mycel.nn.init;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Shape;
import org.apache.commons.math3.special.Erf;

/** Distributions over reserved random numbers. */
final class Draws {
  /** Half the distance of neighbouring float draws: moves them from [0, 1) into (0, 1). */
  private static final double HALF_STEP = 0x1p-25;

  private Draws() {}

  static float[] uniform(Shape shape, Noise noise, double low, double high) {
    float[] values = noise.uniform(shape.size());
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (low + (high - low) * values[i]);
    }
    return values;
  }

  static float[] normal(Shape shape, Noise noise, double mean, double sigma) {
    float[] values = noise.normal(shape.size());
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (mean + sigma * values[i]);
    }
    return values;
  }

  /** By the inverse of the distribution function, between its values at the bounds. */
  static float[] truncated(
      Shape shape, Noise noise, double mean, double sigma, double low, double high) {
    float[] values = noise.uniform(shape.size());
    double from = distribution((low - mean) / sigma);
    double to = distribution((high - mean) / sigma);
    for (int i = 0; i < values.length; i++) {
      double u = from + (to - from) * (values[i] + HALF_STEP);
      double x = mean + sigma * Math.sqrt(2) * Erf.erfInv(2 * u - 1);
      values[i] = (float) Math.max(low, Math.min(high, x));
    }
    return values;
  }

  private static double distribution(double x) {
    return 0.5 * Erf.erfc(-x / Math.sqrt(2));
  }

  /** A standard deviation: finite and not negative. */
  static double sigma(String initializer, double sigma) {
    if (!(sigma >= 0) || Double.isInfinite(sigma)) {
      throw new ArgumentException(
          initializer + ": sigma must be finite and not negative, got " + sigma);
    }
    return sigma;
  }
}
