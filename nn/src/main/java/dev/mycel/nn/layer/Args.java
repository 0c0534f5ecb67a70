package dev.mycel.nn.layer;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;
import dev.mycel.core.Shape;
import dev.mycel.core.ShapeException;
import java.util.Arrays;

/** Checks of constructor arguments and of inputs. */
final class Args {
  private Args() {}

  static long positive(String layer, String name, long value) {
    if (value < 1) {
      throw new ArgumentException(layer + ": " + name + " must be positive, got " + value);
    }
    return value;
  }

  /** One number for all axes, or one for each. */
  static long[] perAxis(String layer, String name, int axes, long least, long... values) {
    if (values.length != 1 && values.length != axes) {
      throw new ArgumentException(
          Messages.of(layer + ": " + name + " has the wrong number of values")
              .line("got ", Arrays.toString(values))
              .hint("give one for all axes, or one for each of " + axes)
              .text());
    }
    long[] all = new long[axes];
    for (int i = 0; i < axes; i++) {
      all[i] = values[values.length == 1 ? 0 : i];
      if (all[i] < least) {
        throw new ArgumentException(
            layer
                + ": "
                + name
                + " must be at least "
                + least
                + ", got "
                + Arrays.toString(values));
      }
    }
    return all;
  }

  static double probability(String layer, String name, double value, boolean one) {
    if (!(value >= 0 && (one ? value <= 1 : value < 1))) {
      throw new ArgumentException(
          layer + ": " + name + " must be in [0, 1" + (one ? "]" : ")") + ", got " + value);
    }
    return value;
  }

  static void rank(String layer, Shape shape, String form, int... allowed) {
    for (int rank : allowed) {
      if (shape.rank() == rank) {
        return;
      }
    }
    throw new ShapeException(
        Messages.of(layer + ": the input has " + shape.rank() + " axes")
            .line("input ", shape)
            .line("wanted", form)
            .text());
  }
}
