package dev.mycel.test;

import dev.mycel.core.Shape;
import java.util.Arrays;
import java.util.function.DoubleBinaryOperator;

/** Right results of a few primitives, by the shortest loops that compute them. */
final class Oracles {
  private Oracles() {}

  /** Folds over axes (ascending), which vanish. */
  static double[] reduce(
      double[] x, Shape shape, int[] axes, double start, DoubleBinaryOperator fold) {
    boolean[] gone = new boolean[shape.rank()];
    for (int a : axes) {
      gone[a] = true;
    }
    long[] kept = new long[shape.rank()];
    long size = 1;
    for (int d = shape.rank() - 1; d >= 0; d--) {
      kept[d] = gone[d] ? 0 : size;
      size *= gone[d] ? 1 : shape.dim(d);
    }
    double[] out = new double[(int) size];
    Arrays.fill(out, start);
    long[] strides = shape.strides();
    for (int i = 0; i < x.length; i++) {
      long at = 0;
      for (int d = 0; d < kept.length; d++) {
        at += i / strides[d] % shape.dim(d) * kept[d];
      }
      out[(int) at] = fold.applyAsDouble(out[(int) at], x[i]);
    }
    return out;
  }

  /** Product of matrices over equal leading axes. */
  static double[] matmul(double[] x, double[] y, Shape xs, Shape ys) {
    int m = (int) xs.dim(-2);
    int k = (int) xs.dim(-1);
    int n = (int) ys.dim(-1);
    int batches = (int) (xs.size() / ((long) m * k));
    double[] out = new double[batches * m * n];
    for (int i = 0; i < out.length; i++) {
      int row = i / n;
      int first = row / m * k * n + i % n;
      for (int j = 0; j < k; j++) {
        out[i] += x[row * k + j] * y[first + j * n];
      }
    }
    return out;
  }
}
