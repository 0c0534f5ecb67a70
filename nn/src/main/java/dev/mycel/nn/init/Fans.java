package dev.mycel.nn.init;

import dev.mycel.core.Messages;
import dev.mycel.core.Shape;
import dev.mycel.core.ShapeException;

/**
 * How many connections lead into and out of a unit of a weight [out, in, kernel...].
 *
 * @param in connections into a unit
 * @param out connections out of a unit
 */
record Fans(double in, double out) {
  static Fans of(String initializer, Shape shape) {
    if (shape.rank() < 2) {
      throw new ShapeException(
          Messages.of(initializer + ": the shape has no number of inputs and outputs")
              .line("shape", shape)
              .hint("it needs two axes at least: [out, in, ...]")
              .text());
    }
    double kernel = 1;
    for (int axis = 2; axis < shape.rank(); axis++) {
      kernel *= shape.dim(axis);
    }
    return new Fans(shape.dim(1) * kernel, shape.dim(0) * kernel);
  }

  double of(Mode mode) {
    return switch (mode) {
      case FAN_IN -> in;
      case FAN_OUT -> out;
      case FAN_AVG -> (in + out) / 2;
    };
  }
}
