package dev.mycel.nn.init;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Shape;

/** The standard deviation {@code gain / sqrt(fan)} of He's initialisers. */
record HeScale(String name, double negativeSlope, Mode mode, Nonlinearity nonlinearity) {
  HeScale {
    if (mode == Mode.FAN_AVG) {
      throw new ArgumentException(name + ": the mode must be fan_in or fan_out");
    }
    if (!Double.isFinite(negativeSlope)) {
      throw new ArgumentException(name + ": the slope must be finite, got " + negativeSlope);
    }
  }

  double deviation(Shape shape) {
    return nonlinearity.gain(negativeSlope) / Math.sqrt(Fans.of(name, shape).of(mode));
  }
}
