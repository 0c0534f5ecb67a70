package dev.mycel.golden;

import com.google.gson.JsonObject;
import java.util.List;

/**
 * Moments of drawn numbers, compared within what chance allows: five standard errors, so that a
 * right generator fails about once in a million comparisons.
 *
 * @param count how many were drawn
 * @param mean their mean
 * @param std their standard deviation
 * @param min the smallest
 * @param max the largest
 */
record Statistics(long count, double mean, double std, double min, double max) {
  private static final double ERRORS = 5;

  static Statistics of(List<double[]> draws) {
    long n = 0;
    double sum = 0;
    double min = Double.POSITIVE_INFINITY;
    double max = Double.NEGATIVE_INFINITY;
    for (double[] draw : draws) {
      for (double v : draw) {
        n++;
        sum += v;
        min = Math.min(min, v);
        max = Math.max(max, v);
      }
    }
    double mean = sum / n;
    double squares = 0;
    for (double[] draw : draws) {
      for (double v : draw) {
        squares += (v - mean) * (v - mean);
      }
    }
    return new Statistics(n, mean, Math.sqrt(squares / n), min, max);
  }

  /** Mean and deviation are those of a distribution. */
  void checkMoments(String what, double rightMean, double rightStd, Comparison cmp) {
    double error = ERRORS * rightStd / Math.sqrt(count) + 1e-7;
    if (!(Math.abs(mean - rightMean) <= error)) {
      cmp.fail(what + "mean is " + mean + ", right is " + rightMean + " within " + error);
    }
    if (!(Math.abs(std - rightStd) <= error)) {
      cmp.fail(what + "deviation is " + std + ", right is " + rightStd + " within " + error);
    }
  }

  /** All lie in a range, and come near to both its ends. */
  void checkRange(String what, double low, double high, Comparison cmp) {
    double slack = 1e-6 * Math.max(Math.abs(low), Math.abs(high));
    double near = (high - low) * Math.min(0.5, 20.0 / count);
    if (min < low - slack || max > high + slack || min > low + near || max < high - near) {
      cmp.fail(what + "range is " + min + " to " + max + ", right is " + low + " to " + high);
    }
  }

  /** Looks like what another framework drew: within both sides' chance. */
  void checkLike(String what, JsonObject measured, Comparison cmp) {
    double rightStd = measured.get("std").getAsDouble();
    double rightMean = measured.get("mean").getAsDouble();
    long other = measured.get("samples").getAsLong();
    double error = ERRORS * rightStd * Math.sqrt(1.0 / count + 1.0 / other) + 1e-7;
    if (!(Math.abs(mean - rightMean) <= error)) {
      cmp.fail(what + "mean is " + mean + ", MindSpore drew " + rightMean + " within " + error);
    }
    if (!(Math.abs(std - rightStd) <= error)) {
      cmp.fail(what + "deviation is " + std + ", MindSpore drew " + rightStd + " within " + error);
    }
    double bound = Math.sqrt(3) * rightStd;
    boolean uniform = measured.get("max").getAsDouble() - rightMean < 1.02 * bound && rightStd > 0;
    // The other's deviation, from which the bound is taken, is itself known by chance.
    double slack = 1.03 + ERRORS * Math.sqrt(0.2 / other);
    if (uniform && (max - rightMean > slack * bound || rightMean - min > slack * bound)) {
      cmp.fail(what + "range is " + min + " to " + max + ", MindSpore's is uniform");
    }
  }
}
