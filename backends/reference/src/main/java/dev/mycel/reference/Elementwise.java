package dev.mycel.reference;

import dev.mycel.core.spi.Buffer;
import dev.mycel.core.spi.KernelCall;
import java.util.function.DoubleUnaryOperator;
import java.util.function.LongBinaryOperator;
import java.util.function.LongUnaryOperator;

/** Loops of elementwise kernels: stretches are read as double or long, mapped, and written back. */
final class Elementwise {
  private Elementwise() {}

  /** A function of two stretches of floats. */
  @FunctionalInterface
  interface DoubleRow2 {
    /** Fills {@code r[0, n)}. */
    void apply(double[] x, double[] y, double[] r, int n);
  }

  /** A comparison of two floats. */
  @FunctionalInterface
  interface DoubleTest2 {
    boolean test(double x, double y);
  }

  /** A comparison of two integers. */
  @FunctionalInterface
  interface LongTest2 {
    boolean test(long x, long y);
  }

  /** A property of a float. */
  @FunctionalInterface
  interface DoubleTest {
    boolean test(double x);
  }

  static boolean isFloat(KernelCall<?> call) {
    return call.input(0).dtype().isFloat();
  }

  /** Size of a scratch array for stretches of a tensor. */
  static int scratch(Buffer of) {
    return (int) Math.min(of.size(), Rows.CHUNK);
  }

  static void map(KernelCall<?> call, DoubleUnaryOperator f) {
    Buffer x = call.input(0);
    Buffer out = call.output(0);
    double[] values = new double[scratch(x)];
    Rows rows = Rows.over(x.shape(), x.layout());
    while (rows.next()) {
      int n = rows.count();
      Elements.load(x, rows.at(0), rows.stride(0), values, n);
      for (int i = 0; i < n; i++) {
        values[i] = f.applyAsDouble(values[i]);
      }
      Elements.store(out, rows.position(), 1, values, n);
    }
  }

  static void mapLongs(KernelCall<?> call, LongUnaryOperator f) {
    Buffer x = call.input(0);
    Buffer out = call.output(0);
    long[] values = new long[scratch(x)];
    Rows rows = Rows.over(x.shape(), x.layout());
    while (rows.next()) {
      int n = rows.count();
      Elements.load(x, rows.at(0), rows.stride(0), values, n);
      for (int i = 0; i < n; i++) {
        values[i] = f.applyAsLong(values[i]);
      }
      Elements.store(out, rows.position(), 1, values, n);
    }
  }

  static void test(KernelCall<?> call, DoubleTest f) {
    Buffer x = call.input(0);
    byte[] out = (byte[]) call.output(0).array();
    double[] values = new double[scratch(x)];
    Rows rows = Rows.over(x.shape(), x.layout());
    while (rows.next()) {
      int n = rows.count();
      Elements.load(x, rows.at(0), rows.stride(0), values, n);
      for (int i = 0; i < n; i++) {
        out[rows.position() + i] = (byte) (f.test(values[i]) ? 1 : 0);
      }
    }
  }

  static void map2(KernelCall<?> call, DoubleRow2 f) {
    Buffer x = call.input(0);
    Buffer y = call.input(1);
    Buffer out = call.output(0);
    double[] left = new double[scratch(x)];
    double[] right = new double[left.length];
    Rows rows = Rows.over(x.shape(), x.layout(), y.layout());
    while (rows.next()) {
      int n = rows.count();
      Elements.load(x, rows.at(0), rows.stride(0), left, n);
      Elements.load(y, rows.at(1), rows.stride(1), right, n);
      f.apply(left, right, left, n);
      Elements.store(out, rows.position(), 1, left, n);
    }
  }

  static void map2Longs(KernelCall<?> call, LongBinaryOperator f) {
    Buffer x = call.input(0);
    Buffer y = call.input(1);
    Buffer out = call.output(0);
    long[] left = new long[scratch(x)];
    long[] right = new long[left.length];
    Rows rows = Rows.over(x.shape(), x.layout(), y.layout());
    while (rows.next()) {
      int n = rows.count();
      Elements.load(x, rows.at(0), rows.stride(0), left, n);
      Elements.load(y, rows.at(1), rows.stride(1), right, n);
      for (int i = 0; i < n; i++) {
        left[i] = f.applyAsLong(left[i], right[i]);
      }
      Elements.store(out, rows.position(), 1, left, n);
    }
  }

  static void test2(KernelCall<?> call, DoubleTest2 f) {
    Buffer x = call.input(0);
    Buffer y = call.input(1);
    byte[] out = (byte[]) call.output(0).array();
    double[] left = new double[scratch(x)];
    double[] right = new double[left.length];
    Rows rows = Rows.over(x.shape(), x.layout(), y.layout());
    while (rows.next()) {
      int n = rows.count();
      Elements.load(x, rows.at(0), rows.stride(0), left, n);
      Elements.load(y, rows.at(1), rows.stride(1), right, n);
      for (int i = 0; i < n; i++) {
        out[rows.position() + i] = (byte) (f.test(left[i], right[i]) ? 1 : 0);
      }
    }
  }

  static void test2Longs(KernelCall<?> call, LongTest2 f) {
    Buffer x = call.input(0);
    Buffer y = call.input(1);
    byte[] out = (byte[]) call.output(0).array();
    long[] left = new long[scratch(x)];
    long[] right = new long[left.length];
    Rows rows = Rows.over(x.shape(), x.layout(), y.layout());
    while (rows.next()) {
      int n = rows.count();
      Elements.load(x, rows.at(0), rows.stride(0), left, n);
      Elements.load(y, rows.at(1), rows.stride(1), right, n);
      for (int i = 0; i < n; i++) {
        out[rows.position() + i] = (byte) (f.test(left[i], right[i]) ? 1 : 0);
      }
    }
  }
}
