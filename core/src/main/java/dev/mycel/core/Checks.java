package dev.mycel.core;

import org.jspecify.annotations.Nullable;

/** Checks of arguments that many operations share. */
final class Checks {
  private Checks() {}

  /** The argument itself; null is refused by the parameter's name. */
  static <T> T notNull(@Nullable T argument, String op, String parameter) {
    if (argument == null) {
      throw new ArgumentException(op + ": " + parameter + " must not be null");
    }
    return argument;
  }

  /** Refuses a number that a type cannot hold: out of range, NaN or a fraction for integers. */
  static void fits(String op, double value, DType dtype) {
    if (!dtype.isInteger() || (value == Math.rint(value) && inRange(value, dtype))) {
      return;
    }
    throw new DTypeException(
        Messages.of(op + ": " + dtype + " cannot hold " + value)
            .hint("use a wider or a floating-point type")
            .text());
  }

  /** Whether an integer type's range takes in the number. */
  static boolean inRange(double value, DType dtype) {
    return switch (dtype) {
      case UINT8 -> value >= 0 && value <= 255;
      case INT8 -> value >= Byte.MIN_VALUE && value <= Byte.MAX_VALUE;
      case INT16 -> value >= Short.MIN_VALUE && value <= Short.MAX_VALUE;
      case INT32 -> value >= Integer.MIN_VALUE && value <= Integer.MAX_VALUE;
      case INT64 -> value >= -0x1p63 && value < 0x1p63;
      case BOOL, FLOAT16, BFLOAT16, FLOAT32, FLOAT64 -> true;
    };
  }

  /** Whether an integer type's range takes in the number. */
  static boolean inRange(long value, DType dtype) {
    return dtype == DType.INT64 || inRange((double) value, dtype);
  }

  /** Refuses a count below zero. */
  static long notNegative(String op, String parameter, long value) {
    if (value < 0) {
      throw new ArgumentException(op + ": " + parameter + " must not be negative, got " + value);
    }
    return value;
  }
}
