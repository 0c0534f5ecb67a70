package dev.mycel.core;

/** The numbers that a floating-point type holds, as bounds for draws that are rounded to it. */
final class Grid {
  private Grid() {}

  /** The least number of the type that is at least {@code x}. */
  static double atLeast(double x, DType dtype) {
    double near = round(x, dtype);
    return near < x ? up(near, dtype) : near;
  }

  /** The largest number of the type that is at most {@code x}. */
  static double atMost(double x, DType dtype) {
    return -atLeast(-x, dtype);
  }

  /** The largest number of the type below {@code x}. */
  static double below(double x, DType dtype) {
    double near = round(x, dtype);
    return near < x ? near : -up(-near, dtype);
  }

  /** The least positive number of the type that has all its digits. */
  static double tiny(DType dtype) {
    return switch (dtype) {
      case FLOAT16 -> 0x1p-14;
      case FLOAT64 -> Double.MIN_NORMAL;
      default -> Float.MIN_NORMAL;
    };
  }

  private static double round(double x, DType dtype) {
    return switch (dtype) {
      case FLOAT16 -> HalfPrecision.fromFloat16(HalfPrecision.toFloat16(x));
      case BFLOAT16 -> HalfPrecision.fromBfloat16(HalfPrecision.toBfloat16(x));
      case FLOAT32 -> (float) x;
      default -> x;
    };
  }

  private static double up(double x, DType dtype) {
    return switch (dtype) {
      case FLOAT16 -> HalfPrecision.fromFloat16(next(HalfPrecision.toFloat16(x)));
      case BFLOAT16 -> HalfPrecision.fromBfloat16(next(HalfPrecision.toBfloat16(x)));
      case FLOAT32 -> Math.nextUp((float) x);
      default -> Math.nextUp(x);
    };
  }

  /** The bits of the next larger 16-bit float: magnitudes grow above zero and shrink below. */
  private static short next(short bits) {
    if ((bits & 0x7FFF) == 0) {
      return 1;
    }
    return (short) (bits > 0 ? bits + 1 : bits - 1);
  }
}
