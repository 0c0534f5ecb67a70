package dev.mycel.reference;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;

/** Functions of single numbers that the Java library lacks or defines otherwise. */
final class Scalars {
  private static final double LN_2 = Math.log(2);
  private static final double HUGE = 0x1p28;

  private Scalars() {}

  /** -1, 0 or 1; NaN stays NaN. */
  static double sign(double x) {
    return x > 0 ? 1 : x < 0 ? -1 : 0;
  }

  /** {@code 1 / (1 + exp(-x))} without overflow. */
  static double sigmoid(double x) {
    if (x >= 0) {
      return 1 / (1 + Math.exp(-x));
    }
    double e = Math.exp(x);
    return e / (1 + e);
  }

  /** Inverse hyperbolic sine; {@code log1p} keeps small arguments exact. */
  static double asinh(double x) {
    double a = Math.abs(x);
    double r = a > HUGE ? Math.log(a) + LN_2 : Math.log1p(a + a * a / (1 + Math.sqrt(1 + a * a)));
    return Math.copySign(r, x);
  }

  /** Inverse hyperbolic cosine; NaN below one. */
  static double acosh(double x) {
    if (x > HUGE) {
      return Math.log(x) + LN_2;
    }
    double t = x - 1;
    return Math.log1p(t + Math.sqrt(2 * t + t * t));
  }

  /** Inverse hyperbolic tangent; infinite at -1 and 1, NaN beyond. */
  static double atanh(double x) {
    double a = Math.abs(x);
    double t = a + a;
    double r = a < 0.5 ? Math.log1p(t + t * a / (1 - a)) : Math.log1p(t / (1 - a));
    return Math.copySign(0.5 * r, x);
  }

  /**
   * Python's floor division, which PyTorch follows: exact where {@code floor(x / y)} would round up
   * first; infinite or NaN by zero.
   */
  static double floorDiv(double x, double y) {
    if (y == 0) {
      return x / y;
    }
    double rest = x % y;
    double quotient = (x - rest) / y;
    if (rest != 0 && (y < 0) != (rest < 0)) {
      quotient -= 1;
    }
    if (quotient == 0) {
      return Math.copySign(0.0, x / y);
    }
    double whole = Math.floor(quotient);
    return quotient - whole > 0.5 ? whole + 1 : whole;
  }

  /** The remainder with the sign of y. */
  static double floorMod(double x, double y) {
    double rest = x % y;
    return rest != 0 && (y < 0) != (rest < 0) ? rest + y : rest;
  }

  /** C's power: unlike Java's, 1 to any power is 1, and so is -1 to an infinite one. */
  static double pow(double x, double y) {
    return x == 1 || (x == -1 && Double.isInfinite(y)) ? 1 : Math.pow(x, y);
  }

  /** The power modulo 2^64; a negative exponent gives 0 unless the base is 1 or -1. */
  static long pow(long x, long y) {
    if (y < 0) {
      return x == 1 ? 1 : x == -1 ? ((y & 1) == 0 ? 1 : -1) : 0;
    }
    long result = 1;
    long square = x;
    for (long rest = y; rest != 0; rest >>= 1) {
      if ((rest & 1) != 0) {
        result *= square;
      }
      square *= square;
    }
    return result;
  }

  /** {@code floor(x / y)}; an error for y = 0. */
  static long floorDiv(long x, long y) {
    return Math.floorDiv(x, divisor("floor_div", y));
  }

  /** The remainder with the sign of y; an error for y = 0. */
  static long floorMod(long x, long y) {
    return Math.floorMod(x, divisor("floor_mod", y));
  }

  /** The remainder with the sign of x; an error for y = 0. */
  static long fmod(long x, long y) {
    return x % divisor("fmod", y);
  }

  private static long divisor(String op, long y) {
    if (y == 0) {
      throw new ArgumentException(
          Messages.of(op + ": integer division by zero")
              .hint("check the divisor, or cast to a floating-point type for inf and nan")
              .text());
    }
    return y;
  }
}
