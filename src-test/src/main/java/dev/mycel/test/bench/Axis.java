package dev.mycel.test.bench;

import java.util.ArrayList;
import java.util.List;

/** Where values stand on a stretch of the drawing: by their logarithm, or as they are. */
record Axis(double low, double high, double from, double to, boolean log) {
  private static final double[] STEPS = {1, 2, 5};

  /** A logarithmic axis whose ends are the nearest of 1, 2 and 5 times a power of ten. */
  static Axis log(double least, double greatest, double from, double to) {
    double low = Double.MIN_NORMAL;
    double high = Double.MAX_VALUE;
    for (int e = -12; e <= 15; e++) {
      for (double s : STEPS) {
        double tick = tick(s, e);
        low = tick <= least ? tick : low;
        high = tick >= greatest && high == Double.MAX_VALUE ? tick : high;
      }
    }
    return new Axis(low, high > low ? high : 10 * low, from, to, true);
  }

  static Axis linear(double low, double high, double from, double to) {
    return new Axis(low, high > low ? high : low + 1, from, to, false);
  }

  double at(double value) {
    double share =
        log ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
    return from + share * (to - from);
  }

  /** Where lines and labels stand. Over more than two decades only the powers of ten. */
  List<Double> ticks() {
    List<Double> ticks = new ArrayList<>();
    if (!log) {
      for (double t = Math.ceil(low); t <= high; t++) {
        ticks.add(t);
      }
      return ticks;
    }
    boolean wide = high / low > 200;
    for (int e = -12; e <= 15; e++) {
      for (double s : STEPS) {
        double tick = tick(s, e);
        if (tick >= low && tick <= high && (s == 1 || !wide)) {
          ticks.add(tick);
        }
      }
    }
    return ticks;
  }

  /** Read as text, because a product such as 5 * 0.1 may end beside the number that is meant. */
  private static double tick(double step, int exponent) {
    return Double.parseDouble((int) step + "e" + exponent);
  }
}
