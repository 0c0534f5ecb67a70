package dev.mycel.nn.init;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;
import java.util.Locale;

/** The activation that follows a layer, which the spread of its weights must make up for. */
public enum Nonlinearity {
  /** None. */
  LINEAR,
  /** None, after a convolution of one axis. */
  CONV1D,
  /** None, after a convolution of two axes. */
  CONV2D,
  /** None, after a convolution of three axes. */
  CONV3D,
  /** None, after a transposed convolution of one axis. */
  CONV_TRANSPOSE1D,
  /** None, after a transposed convolution of two axes. */
  CONV_TRANSPOSE2D,
  /** None, after a transposed convolution of three axes. */
  CONV_TRANSPOSE3D,
  /** Sigmoid. */
  SIGMOID,
  /** Hyperbolic tangent. */
  TANH,
  /** max(x, 0). */
  RELU,
  /** x where positive, else a fraction of it. */
  LEAKY_RELU;

  /** The nonlinearity of that name, in any case. */
  public static Nonlinearity of(String name) {
    for (Nonlinearity one : values()) {
      if (one.name().equalsIgnoreCase(name)) {
        return one;
      }
    }
    throw new ArgumentException(
        Messages.of("nonlinearity: there is none named '" + name + "'")
            .hint(
                "use linear, conv1d, conv2d, conv3d, conv_transpose1d, conv_transpose2d,"
                    + " conv_transpose3d, sigmoid, tanh, relu or leaky_relu")
            .text());
  }

  /**
   * The factor on the standard deviation.
   *
   * @param negativeSlope the slope of a leaky relu left of zero, finite; others have none
   */
  public double gain(double negativeSlope) {
    Draws.finite("gain", "the slope", negativeSlope);
    return switch (this) {
      case TANH -> 5.0 / 3;
      case RELU -> Math.sqrt(2);
      case LEAKY_RELU -> Math.sqrt(2 / (1 + negativeSlope * negativeSlope));
      default -> 1;
    };
  }

  /** The name in lower case, as MindSpore writes it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
