package dev.mycel.optim;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;

/** Checks of numbers. */
final class Checks {
  private Checks() {}

  static double nonNegative(String op, String name, double value) {
    if (!(value >= 0) || Double.isInfinite(value)) {
      throw new ArgumentException(
          Messages.of(op + ": " + name + " must be a number that is not negative")
              .line("got", value)
              .text());
    }
    return value;
  }

  static double positive(String op, String name, double value) {
    if (!(value > 0) || Double.isInfinite(value)) {
      throw new ArgumentException(
          Messages.of(op + ": " + name + " must be a positive number").line("got", value).text());
    }
    return value;
  }

  static double insideUnit(String op, String name, double value) {
    if (!(value > 0 && value < 1)) {
      throw new ArgumentException(
          Messages.of(op + ": " + name + " must lie between 0 and 1, both excluded")
              .line("got", value)
              .text());
    }
    return value;
  }
}
