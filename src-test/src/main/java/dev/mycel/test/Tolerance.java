package dev.mycel.test;

import dev.mycel.core.DType;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Compares results: floats relative to the largest of them, everything else exactly. */
final class Tolerance {
  private Tolerance() {}

  /** The relative error that a few roundings of a type may leave. */
  static double of(DType dtype) {
    return switch (dtype) {
      case FLOAT16 -> 0x1p-9;
      case BFLOAT16 -> 0x1p-6;
      case FLOAT32 -> 0x1p-20;
      case FLOAT64 -> 0x1p-48;
      default -> 0;
    };
  }

  /** What is wrong with the found values, or null. */
  static @Nullable String difference(HostValues found, HostValues right, double tolerance) {
    if (found.dtype() != right.dtype() || !found.shape().equals(right.shape())) {
      return "found "
          + found.dtype()
          + found.shape()
          + ", right is "
          + right.dtype()
          + right.shape();
    }
    if (!found.dtype().isFloat()) {
      for (int i = 0; i < found.size(); i++) {
        if (found.exact(i) != right.exact(i)) {
          return at(i, found.exact(i), right.exact(i));
        }
      }
      return null;
    }
    return difference(found.numbers(), right.numbers(), tolerance);
  }

  /** What is wrong with the found numbers, or null; NaN equals NaN. */
  static @Nullable String difference(double[] found, double[] right, double tolerance) {
    if (found.length != right.length) {
      return "found " + found.length + " elements, right are " + right.length;
    }
    double scale = 0;
    for (double r : right) {
      scale = Double.isFinite(r) ? Math.max(scale, Math.abs(r)) : scale;
    }
    int worst = -1;
    double largest = tolerance * scale;
    for (int i = 0; i < found.length; i++) {
      double off = deviation(found[i], right[i]);
      if (off > largest) {
        largest = off;
        worst = i;
      }
    }
    return worst < 0 ? null : at(worst, found[worst], right[worst]);
  }

  /** Where a zero has another sign, or null: what is only moved keeps it. */
  static @Nullable String signOfZero(HostValues found, HostValues right) {
    for (int i = 0; i < found.size(); i++) {
      if (found.get(i) == 0 && Double.compare(found.get(i), right.get(i)) != 0) {
        return at(i, found.get(i), right.get(i));
      }
    }
    return null;
  }

  private static double deviation(double found, double right) {
    if (Double.compare(found, right) == 0 || found == right) {
      return 0;
    }
    double off = Math.abs(found - right);
    return Double.isFinite(off) ? off : Double.POSITIVE_INFINITY;
  }

  private static String at(int i, Object found, Object right) {
    return String.format(Locale.ROOT, "element %d is %s, right is %s", i, found, right);
  }
}
