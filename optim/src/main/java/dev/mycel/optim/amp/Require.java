package dev.mycel.optim.amp;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;

/** Checks of numbers. */
final class Require {
  private Require() {}

  /** A loss scale: a finite float32 number that is not below 1. */
  static double scale(String op, String name, double value) {
    if (!(value >= 1) || !Float.isFinite((float) value)) {
      throw wrong(
          op,
          name,
          "a float32 number of at least 1",
          value,
          "powers of two change no bit but the exponent: 1024, say");
    }
    return value;
  }

  /** A factor by which a scale grows and shrinks. */
  static double factor(String op, String name, double value) {
    if (!(value > 1) || !Float.isFinite((float) value)) {
      throw wrong(op, name, "a number above 1", value, "2 is usual; a fixed scale stays");
    }
    return value;
  }

  /** A number of steps. */
  static int window(String op, String name, int value) {
    if (value < 1) {
      throw wrong(op, name, "at least 1", value, "it counts the steps until the scale grows");
    }
    return value;
  }

  private static ArgumentException wrong(
      String op, String name, String what, Number value, String hint) {
    return new ArgumentException(
        Messages.of(op + ": " + name + " must be " + what).line("got", value).hint(hint).text());
  }
}
