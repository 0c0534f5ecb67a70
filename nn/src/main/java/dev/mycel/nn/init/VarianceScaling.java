package dev.mycel.nn.init;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;
import dev.mycel.core.Shape;

/**
 * Random with variance {@code scale / max(1, fan)}. The truncated normal is cut at two standard
 * deviations and widened to keep that variance, as MindSpore documents it (its own default draws
 * uniformly by a slip).
 */
public final class VarianceScaling extends Initializer {
  /** Standard deviation of a standard normal that is cut at two. */
  private static final double CUT_DEVIATION = 0.8796256610342398;

  /** What is drawn from. */
  public enum Distribution {
    /** Normal, cut at two standard deviations. */
    TRUNCATED_NORMAL,
    /** Normal. */
    UNTRUNCATED_NORMAL,
    /** Uniform. */
    UNIFORM;

    /** The distribution of that name, in any case: {@code "truncated_normal"}. */
    public static Distribution of(String name) {
      for (Distribution one : values()) {
        if (one.name().equalsIgnoreCase(name)) {
          return one;
        }
      }
      throw new ArgumentException(
          Messages.of("varianceScaling: there is no distribution named '" + name + "'")
              .hint("use truncated_normal, untruncated_normal or uniform")
              .text());
    }
  }

  private final double scale;
  private final Mode mode;
  private final Distribution distribution;

  /** Scale 1, fan in, truncated normal. */
  public VarianceScaling() {
    this(1, Mode.FAN_IN, Distribution.TRUNCATED_NORMAL);
  }

  /** All of it; the scale is positive. */
  public VarianceScaling(double scale, Mode mode, Distribution distribution) {
    if (!(scale > 0) || Double.isInfinite(scale)) {
      throw new ArgumentException("varianceScaling: scale must be positive, got " + scale);
    }
    this.scale = scale;
    this.mode = mode;
    this.distribution = distribution;
  }

  @Override
  protected void check(Shape shape) {
    Fans.of("varianceScaling", shape);
  }

  @Override
  protected float[] fill(Shape shape, Noise noise) {
    double variance = scale / Math.max(1, Fans.of("varianceScaling", shape).of(mode));
    double sigma = Math.sqrt(variance);
    double bound = Math.sqrt(3 * variance);
    double wide = sigma / CUT_DEVIATION;
    return switch (distribution) {
      case TRUNCATED_NORMAL -> Draws.truncated(shape, noise, 0, wide, -2 * wide, 2 * wide);
      case UNTRUNCATED_NORMAL -> Draws.normal(shape, noise, 0, sigma);
      case UNIFORM -> Draws.uniform(shape, noise, -bound, bound);
    };
  }
}
