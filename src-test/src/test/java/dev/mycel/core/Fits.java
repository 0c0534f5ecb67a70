package dev.mycel.core;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.apache.commons.math3.distribution.IntegerDistribution;
import org.apache.commons.math3.distribution.RealDistribution;
import org.apache.commons.math3.stat.inference.ChiSquareTest;
import org.apache.commons.math3.stat.inference.KolmogorovSmirnovTest;

/** Tests of distributions at a level that a right sampler fails once in a thousand seeds. */
public final class Fits {
  private static final double LEVEL = 1e-3;

  private Fits() {}

  /** By Kolmogorov and Smirnov. */
  public static void assertDrawnFrom(RealDistribution right, Tensor drawn) {
    assertDrawnFrom(right, drawn.cast(DType.FLOAT64).toDoubleArray());
  }

  /** By Kolmogorov and Smirnov. */
  public static void assertDrawnFrom(RealDistribution right, double[] drawn) {
    double p = new KolmogorovSmirnovTest().kolmogorovSmirnovTest(right, drawn);
    assertTrue(p > LEVEL, () -> "p = " + p + " for " + right.getClass().getSimpleName());
  }

  /** By chi square over single values; what is expected less than ten times shares one class. */
  public static void assertDrawnFrom(IntegerDistribution right, Tensor drawn) {
    double[] values = drawn.cast(DType.FLOAT64).toDoubleArray();
    int top = right.inverseCumulativeProbability(1 - 10.0 / values.length);
    int bottom = right.inverseCumulativeProbability(10.0 / values.length);
    double[] expected = new double[top - bottom + 3];
    long[] found = new long[expected.length];
    for (int k = bottom; k <= top; k++) {
      expected[k - bottom + 1] = values.length * right.probability(k);
    }
    expected[0] = values.length * right.cumulativeProbability(bottom - 1) + 1e-9;
    expected[expected.length - 1] = values.length * (1 - right.cumulativeProbability(top)) + 1e-9;
    for (double v : values) {
      assertTrue(v == Math.rint(v), () -> v + " is not whole");
      found[(int) Math.max(0, Math.min(found.length - 1, v - bottom + 1))]++;
    }
    assertCounts(expected, found);
  }

  /** Counts of classes are as expected. */
  public static void assertCounts(double[] expected, long[] found) {
    double p = new ChiSquareTest().chiSquareTest(expected, found);
    assertTrue(p > LEVEL, () -> "p = " + p + " for counts " + java.util.Arrays.toString(found));
  }
}
