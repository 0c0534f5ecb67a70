package dev.mycel.nn.init;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Shape;

/** Distributions over reserved random numbers. */
final class Draws {
  private Draws() {}

  /** Numbers in {@code [low, high)}; rounding to float leaves none outside. */
  static float[] uniform(Shape shape, Noise noise, double low, double high) {
    float[] values = noise.uniform(shape.size());
    float least = (float) low < low ? Math.nextUp((float) low) : (float) low;
    float most = (float) high < high ? (float) high : Math.nextDown((float) high);
    for (int i = 0; i < values.length; i++) {
      float drawn = (float) (low + (high - low) * values[i]);
      values[i] = Math.max(least, Math.min(most, drawn));
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

  /** Normal numbers, given that they lie in {@code [low, high]}. */
  static float[] truncated(
      Shape shape, Noise noise, double mean, double sigma, double low, double high) {
    double[] drawn =
        noise.truncatedNormal(shape.size(), (low - mean) / sigma, (high - mean) / sigma);
    float[] values = new float[drawn.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) Math.max(low, Math.min(high, mean + sigma * drawn[i]));
    }
    return values;
  }

  /** A standard deviation: finite and not negative. */
  static double sigma(String initializer, double sigma) {
    if (!(sigma >= 0) || Double.isInfinite(sigma)) {
      throw new ArgumentException(
          initializer + ": sigma must be finite and not negative, got " + sigma);
    }
    return sigma;
  }

  /** A finite number. */
  static double finite(String initializer, String name, double value) {
    if (!Double.isFinite(value)) {
      throw new ArgumentException(initializer + ": " + name + " must be finite, got " + value);
    }
    return value;
  }
}
