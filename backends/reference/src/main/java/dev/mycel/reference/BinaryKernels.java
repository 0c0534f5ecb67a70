package dev.mycel.reference;

import dev.mycel.core.None;
import dev.mycel.core.Primitive;
import dev.mycel.core.Prims;
import dev.mycel.core.spi.Access;
import dev.mycel.core.spi.KernelCall;
import dev.mycel.core.spi.KernelTable;
import java.util.function.DoubleBinaryOperator;
import java.util.function.LongBinaryOperator;

/** Elementwise arithmetic of two inputs. */
final class BinaryKernels {
  private static final String NOTE = "in double or long, rounded once";

  private BinaryKernels() {}

  static void register(KernelTable t) {
    put(t, Prims.ADD, BinaryKernels::add, Long::sum);
    put(t, Prims.SUB, BinaryKernels::sub, (x, y) -> x - y);
    put(t, Prims.MUL, BinaryKernels::mul, (x, y) -> x * y);
    put(t, Prims.MAX, BinaryKernels::max, Math::max);
    put(t, Prims.MIN, BinaryKernels::min, Math::min);
    put(t, Prims.FLOOR_DIV, each(Scalars::floorDiv), Scalars::floorDiv);
    put(t, Prims.FLOOR_MOD, each(Scalars::floorMod), Scalars::floorMod);
    put(t, Prims.FMOD, each((x, y) -> x % y), Scalars::fmod);
    put(t, Prims.POW, each(Scalars::pow), Scalars::pow);
    t.put(Prims.DIV, Access.STRIDED, NOTE, call -> Elementwise.map2(call, BinaryKernels::div));
    t.put(Prims.ATAN2, Access.STRIDED, NOTE, call -> Elementwise.map2(call, each(Math::atan2)));
    t.put(Prims.AND, Access.STRIDED, NOTE, call -> Elementwise.map2Longs(call, (x, y) -> x & y));
    t.put(Prims.OR, Access.STRIDED, NOTE, call -> Elementwise.map2Longs(call, (x, y) -> x | y));
    t.put(Prims.XOR, Access.STRIDED, NOTE, call -> Elementwise.map2Longs(call, (x, y) -> x ^ y));
    t.put(Prims.SHIFT_LEFT, Access.STRIDED, NOTE, BinaryKernels::shiftLeft);
    t.put(Prims.SHIFT_RIGHT, Access.STRIDED, NOTE, BinaryKernels::shiftRight);
  }

  private static void put(
      KernelTable t, Primitive<None> p, Elementwise.DoubleRow2 f, LongBinaryOperator g) {
    t.put(
        p,
        Access.STRIDED,
        NOTE,
        call -> {
          if (Elementwise.isFloat(call)) {
            Elementwise.map2(call, f);
          } else {
            Elementwise.map2Longs(call, g);
          }
        });
  }

  private static Elementwise.DoubleRow2 each(DoubleBinaryOperator f) {
    return (x, y, r, n) -> {
      for (int i = 0; i < n; i++) {
        r[i] = f.applyAsDouble(x[i], y[i]);
      }
    };
  }

  // The commonest operations have loops of their own, which the compiler turns into vector code.

  private static void add(double[] x, double[] y, double[] r, int n) {
    for (int i = 0; i < n; i++) {
      r[i] = x[i] + y[i];
    }
  }

  private static void sub(double[] x, double[] y, double[] r, int n) {
    for (int i = 0; i < n; i++) {
      r[i] = x[i] - y[i];
    }
  }

  private static void mul(double[] x, double[] y, double[] r, int n) {
    for (int i = 0; i < n; i++) {
      r[i] = x[i] * y[i];
    }
  }

  private static void div(double[] x, double[] y, double[] r, int n) {
    for (int i = 0; i < n; i++) {
      r[i] = x[i] / y[i];
    }
  }

  private static void max(double[] x, double[] y, double[] r, int n) {
    for (int i = 0; i < n; i++) {
      r[i] = Math.max(x[i], y[i]);
    }
  }

  private static void min(double[] x, double[] y, double[] r, int n) {
    for (int i = 0; i < n; i++) {
      r[i] = Math.min(x[i], y[i]);
    }
  }

  /** A distance that is negative or not below the width shifts everything out. */
  private static void shiftLeft(KernelCall<None> call) {
    int width = 8 * call.input(0).dtype().bytes();
    Elementwise.map2Longs(call, (x, y) -> y < 0 || y >= width ? 0 : x << y);
  }

  /** A distance that is negative or not below the width leaves the sign alone. */
  private static void shiftRight(KernelCall<None> call) {
    int width = 8 * call.input(0).dtype().bytes();
    Elementwise.map2Longs(call, (x, y) -> y < 0 || y >= width ? x >> 63 : x >> y);
  }
}
