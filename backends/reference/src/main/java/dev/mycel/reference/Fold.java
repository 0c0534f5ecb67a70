package dev.mycel.reference;

import dev.mycel.core.spi.Buffer;
import java.util.Arrays;
import java.util.function.DoubleBinaryOperator;
import java.util.function.LongBinaryOperator;

/** Accumulates a stretch of results of a reduction. */
abstract class Fold {
  private Fold() {}

  /** Prepares the first n results. */
  abstract void reset(int n);

  /** Takes element i of a stretch into result i. */
  abstract void across(Buffer from, int at, int stride, int n);

  /** Takes all elements of a stretch into result 0. */
  abstract void along(Buffer from, int at, int stride, int n);

  /** Writes the first n results. */
  abstract void store(Buffer to, int at, int n);

  /** A sum of floats, compensated by Neumaier's method, so that its one rounding is the last. */
  static final class Sum extends Fold {
    private final double[] sum = new double[Rows.CHUNK];
    private final double[] lost = new double[Rows.CHUNK];
    private final double[] values = new double[Rows.CHUNK];

    @Override
    void reset(int n) {
      Arrays.fill(sum, 0, n, 0);
      Arrays.fill(lost, 0, n, 0);
    }

    @Override
    void across(Buffer from, int at, int stride, int n) {
      Elements.load(from, at, stride, values, n);
      for (int i = 0; i < n; i++) {
        double s = sum[i];
        double x = values[i];
        double t = s + x;
        lost[i] += Math.abs(s) >= Math.abs(x) ? (s - t) + x : (x - t) + s;
        sum[i] = t;
      }
    }

    @Override
    void along(Buffer from, int at, int stride, int n) {
      Elements.load(from, at, stride, values, n);
      double s = sum[0];
      double c = lost[0];
      for (int i = 0; i < n; i++) {
        double x = values[i];
        double t = s + x;
        c += Math.abs(s) >= Math.abs(x) ? (s - t) + x : (x - t) + s;
        s = t;
      }
      sum[0] = s;
      lost[0] = c;
    }

    @Override
    void store(Buffer to, int at, int n) {
      for (int i = 0; i < n; i++) {
        // After an infinity the compensation is NaN and the plain sum is right.
        sum[i] = Double.isFinite(lost[i]) ? sum[i] + lost[i] : sum[i];
      }
      Elements.store(to, at, 1, sum, n);
    }
  }

  /** Any other fold of floats. */
  static final class OfDoubles extends Fold {
    private final DoubleBinaryOperator operator;
    private final double neutral;
    private final double[] state = new double[Rows.CHUNK];
    private final double[] values = new double[Rows.CHUNK];

    OfDoubles(double neutral, DoubleBinaryOperator operator) {
      this.operator = operator;
      this.neutral = neutral;
    }

    @Override
    void reset(int n) {
      Arrays.fill(state, 0, n, neutral);
    }

    @Override
    void across(Buffer from, int at, int stride, int n) {
      Elements.load(from, at, stride, values, n);
      for (int i = 0; i < n; i++) {
        state[i] = operator.applyAsDouble(state[i], values[i]);
      }
    }

    @Override
    void along(Buffer from, int at, int stride, int n) {
      Elements.load(from, at, stride, values, n);
      double s = state[0];
      for (int i = 0; i < n; i++) {
        s = operator.applyAsDouble(s, values[i]);
      }
      state[0] = s;
    }

    @Override
    void store(Buffer to, int at, int n) {
      Elements.store(to, at, 1, state, n);
    }
  }

  /** A fold of bool or integers. */
  static final class OfLongs extends Fold {
    private final LongBinaryOperator operator;
    private final long neutral;
    private final long[] state = new long[Rows.CHUNK];
    private final long[] values = new long[Rows.CHUNK];

    OfLongs(long neutral, LongBinaryOperator operator) {
      this.operator = operator;
      this.neutral = neutral;
    }

    @Override
    void reset(int n) {
      Arrays.fill(state, 0, n, neutral);
    }

    @Override
    void across(Buffer from, int at, int stride, int n) {
      Elements.load(from, at, stride, values, n);
      for (int i = 0; i < n; i++) {
        state[i] = operator.applyAsLong(state[i], values[i]);
      }
    }

    @Override
    void along(Buffer from, int at, int stride, int n) {
      Elements.load(from, at, stride, values, n);
      long s = state[0];
      for (int i = 0; i < n; i++) {
        s = operator.applyAsLong(s, values[i]);
      }
      state[0] = s;
    }

    @Override
    void store(Buffer to, int at, int n) {
      Elements.store(to, at, 1, state, n);
    }
  }
}
