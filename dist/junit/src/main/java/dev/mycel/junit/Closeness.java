package dev.mycel.junit;

import dev.mycel.core.Messages;
import dev.mycel.core.Tensor;
import org.jspecify.annotations.Nullable;

/** Compares tensors element by element and describes the largest deviation. */
final class Closeness {
  private static final int NEIGHBOURS = 2;

  private Closeness() {}

  /** What is wrong, or null; NaN equals NaN. */
  static @Nullable String difference(Tensor actual, Tensor expected, double rtol, double atol) {
    if (!actual.shape().equals(expected.shape())) {
      return Messages.of("assertClose: the shapes differ")
          .line("actual  ", actual.type())
          .line("expected", expected.type())
          .text();
    }
    double[] found = actual.toDoubleArray();
    double[] right = expected.toDoubleArray();
    int worst = -1;
    int count = 0;
    double largest = 0;
    for (int i = 0; i < found.length; i++) {
      double off = deviation(found[i], right[i]);
      double excess = off - (atol + rtol * Math.abs(right[i]));
      if (excess > 0 || off == Double.POSITIVE_INFINITY) {
        count++;
        if (worst < 0 || off > largest) {
          worst = i;
          largest = off;
        }
      }
    }
    return worst < 0 ? null : describe(actual, found, right, worst, count, rtol, atol);
  }

  private static double deviation(double found, double right) {
    if (Double.compare(found, right) == 0 || found == right) {
      return 0;
    }
    double off = Math.abs(found - right);
    return Double.isFinite(off) ? off : Double.POSITIVE_INFINITY;
  }

  private static String describe(
      Tensor actual,
      double[] found,
      double[] right,
      int worst,
      int count,
      double rtol,
      double atol) {
    int rank = actual.rank();
    int width = rank == 0 ? 1 : (int) actual.dim(rank - 1);
    int rowStart = worst - worst % width;
    int from = Math.max(rowStart, worst - NEIGHBOURS);
    int to = Math.min(rowStart + width, worst + NEIGHBOURS + 1);
    String where = rank == 0 ? "the only element" : Indices.text(actual.shape(), worst);
    double off = deviation(found[worst], right[worst]);
    double relative = off / Math.abs(right[worst]);
    return Messages.of(
            "assertClose: " + count + " of " + found.length + " elements differ too much")
        .line("largest ", off + " (relative " + relative + ") at " + where)
        .line("allowed ", "atol " + atol + " + rtol " + rtol + " x |expected|")
        .line("actual  ", row(found, from, worst, to))
        .line("expected", row(right, from, worst, to))
        .text();
  }

  /** The neighbours in the last axis, the element itself in brackets. */
  private static String row(double[] values, int from, int at, int to) {
    StringBuilder text = new StringBuilder();
    for (int i = from; i < to; i++) {
      String value = String.valueOf(values[i]);
      text.append(i == from ? "" : " ").append(i == at ? "[" + value + "]" : value);
    }
    return text.toString();
  }
}
