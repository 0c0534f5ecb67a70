package dev.mycel.optim.schedule;

import dev.mycel.core.ArgumentException;

/** Checks of arguments. */
final class Require {
  private Require() {}

  static void positive(String op, String name, double value) {
    if (!(value > 0) || Double.isInfinite(value)) {
      throw new ArgumentException(op + ": " + name + " must be a positive number, got " + value);
    }
  }

  static void nonNegative(String op, String name, double value) {
    if (!(value >= 0) || Double.isInfinite(value)) {
      throw new ArgumentException(
          op + ": " + name + " must be a number that is not negative, got " + value);
    }
  }

  static void positive(String op, String name, long value) {
    if (value <= 0) {
      throw new ArgumentException(op + ": " + name + " must be at least 1, got " + value);
    }
  }

  static void less(String op, String lowName, double low, String highName, double high) {
    if (!(low < high)) {
      throw new ArgumentException(
          op + ": " + lowName + " must be less than " + highName + ", got " + low + " and " + high);
    }
  }
}
