package dev.mycel.test;

import static dev.mycel.core.None.NONE;

import dev.mycel.core.Attrs;
import dev.mycel.core.DType;
import dev.mycel.core.DTypeException;
import dev.mycel.core.None;
import dev.mycel.core.Primitive;
import dev.mycel.core.Prims;
import dev.mycel.core.Shape;
import dev.mycel.core.ShapeException;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import org.apache.commons.math3.special.Erf;
import org.apache.commons.math3.special.Gamma;

/** Rows of the elementwise primitives. */
final class ElementwiseSamples {
  private static final double NAN = Double.NaN;
  private static final double INF = Double.POSITIVE_INFINITY;

  private ElementwiseSamples() {}

  static void addTo(List<OpSample<?>> rows) {
    simple(rows);
    transcendental(rows);
    special(rows);
    tests(rows);
    binary(rows);
    integerArithmetic(rows);
    comparisons(rows);
    casts(rows);
    kinks(rows);
    specials(rows);
  }

  private static OpSample.Row<None> unary(Primitive<None> p, Draw x, DoubleUnaryOperator f) {
    return OpSample.of(p, NONE, x).unary(f);
  }

  private static void simple(List<OpSample<?>> rows) {
    rows.add(unary(Prims.NEG, Draw.normal(3, 4), x -> -x).numbers().row());
    rows.add(unary(Prims.ABS, Draw.awayFromZero(3, 4), Math::abs).numbers().row());
    rows.add(unary(Prims.SIGN, Draw.awayFromZero(3, 4), Math::signum).numbers().flat().row());
    rows.add(unary(Prims.SQUARE, Draw.normal(3, 4), x -> x * x).numbers().row());
    rows.add(unary(Prims.FLOOR, Draw.normal(3, 4), Math::floor).flat().row());
    rows.add(unary(Prims.CEIL, Draw.normal(3, 4), Math::ceil).flat().row());
    rows.add(
        unary(Prims.TRUNC, Draw.normal(3, 4), x -> x < 0 ? Math.ceil(x) : Math.floor(x))
            .flat()
            .row());
    rows.add(unary(Prims.ROUND, Draw.normal(3, 4), Math::rint).flat().row());
    rows.add(
        OpSample.of(Prims.ROUND, NONE, Draw.values(Shape.of(6), -2.5, -1.5, -0.5, 0.5, 1.5, 2.5))
            .note("ties to even")
            .unary(Math::rint)
            .flat()
            .row());
    rows.add(unary(Prims.RECIPROCAL, Draw.awayFromZero(3, 4), x -> 1 / x).loose(4).row());
    rows.add(unary(Prims.SQRT, Draw.uniform(0.3, 4, 3, 4), Math::sqrt).row());
    rows.add(unary(Prims.RSQRT, Draw.uniform(0.3, 4, 3, 4), x -> 1 / Math.sqrt(x)).row());
    rows.add(unary(Prims.COPY, Draw.normal(3, 4), x -> x).all().row());
    rows.add(unary(Prims.RELU, Draw.awayFromZero(3, 4), x -> Math.max(x, 0)).numbers().row());
    rows.add(
        OpSample.of(Prims.NOT, NONE, Draw.integers(0, 2, 3, 4))
            .bits()
            .flat()
            .refuses("a float", DTypeException.class, Draw.normal(2))
            .row());
  }

  private static void transcendental(List<OpSample<?>> rows) {
    rows.add(
        unary(Prims.EXP, Draw.normal(3, 4), Math::exp)
            .loose(4)
            .refuses("integers", DTypeException.class, Draw.normal(2).as(DType.INT32))
            .row());
    rows.add(unary(Prims.EXPM1, Draw.normal(3, 4), Math::expm1).loose(4).row());
    rows.add(
        unary(Prims.EXPM1, Draw.uniform(-1e-3, 1e-3, 5), Math::expm1)
            .note("near zero")
            .dtypes(DType.FLOAT32, DType.FLOAT64)
            .row());
    rows.add(unary(Prims.LOG, Draw.uniform(0.3, 4, 3, 4), Math::log).loose(4).row());
    rows.add(unary(Prims.LOG1P, Draw.uniform(-0.6, 4, 3, 4), Math::log1p).loose(4).row());
    rows.add(
        unary(Prims.LOG1P, Draw.uniform(-1e-3, 1e-3, 5), Math::log1p)
            .note("near zero")
            .dtypes(DType.FLOAT32, DType.FLOAT64)
            .row());
    rows.add(unary(Prims.SIN, Draw.normal(3, 4), Math::sin).row());
    rows.add(unary(Prims.COS, Draw.normal(3, 4), Math::cos).row());
    rows.add(unary(Prims.TAN, Draw.uniform(-1.2, 1.2, 3, 4), Math::tan).loose(8).row());
    rows.add(unary(Prims.ASIN, Draw.uniform(-0.8, 0.8, 3, 4), Math::asin).loose(4).row());
    rows.add(unary(Prims.ACOS, Draw.uniform(-0.8, 0.8, 3, 4), Math::acos).loose(4).row());
    rows.add(unary(Prims.ATAN, Draw.normal(3, 4), Math::atan).row());
    rows.add(unary(Prims.SINH, Draw.normal(3, 4), Math::sinh).loose(8).row());
    rows.add(unary(Prims.COSH, Draw.normal(3, 4), Math::cosh).loose(8).row());
    rows.add(
        unary(
                Prims.ASINH,
                Draw.normal(3, 4),
                x -> Math.copySign(Math.log(Math.abs(x) + Math.sqrt(x * x + 1)), x))
            .loose(8)
            .row());
    rows.add(
        unary(Prims.ACOSH, Draw.uniform(1.3, 4, 3, 4), x -> Math.log(x + Math.sqrt(x * x - 1)))
            .loose(8)
            .row());
    rows.add(
        unary(
                Prims.ATANH,
                Draw.uniform(-0.8, 0.8, 3, 4),
                x -> 0.5 * (Math.log1p(x) - Math.log1p(-x)))
            .loose(8)
            .row());
    rows.add(unary(Prims.TANH, Draw.normal(3, 4), Math::tanh).loose(4).row());
    rows.add(unary(Prims.SIGMOID, Draw.normal(3, 4), x -> 1 / (1 + Math.exp(-x))).loose(4).row());
  }

  private static void special(List<OpSample<?>> rows) {
    rows.add(unary(Prims.ERF, Draw.normal(3, 4), Erf::erf).loose(8).row());
    rows.add(unary(Prims.ERFC, Draw.normal(3, 4), Erf::erfc).loose(8).row());
    rows.add(unary(Prims.ERFINV, Draw.uniform(-0.8, 0.8, 3, 4), Erf::erfInv).loose(16).row());
    rows.add(unary(Prims.LGAMMA, Draw.uniform(0.4, 5, 3, 4), Gamma::logGamma).loose(64).row());
    rows.add(
        OpSample.of(Prims.POLYGAMMA, new Attrs.Order(0), Draw.uniform(0.5, 5, 3, 4))
            .note("digamma")
            .loose(64)
            .row());
    rows.add(
        OpSample.of(Prims.POLYGAMMA, new Attrs.Order(1), Draw.uniform(0.5, 5, 3, 4))
            .note("trigamma")
            .loose(64)
            .row());
    rows.add(
        OpSample.of(Prims.POLYGAMMA, new Attrs.Order(2), Draw.uniform(0.8, 5, 3, 4))
            .note("order 2")
            .loose(64)
            .row());
    rows.add(unary(Prims.SOFTPLUS, Draw.normal(3, 4), x -> Math.log1p(Math.exp(x))).loose(8).row());
    Draw p = Draw.uniform(0.1, 0.9, 3, 4);
    rows.add(OpSample.of(Prims.BINARY_CROSS_ENTROPY, NONE, p, p).loose(8).row());
    for (boolean approximate : new boolean[] {false, true}) {
      Attrs.Gelu gelu = new Attrs.Gelu(approximate);
      String note = approximate ? "tanh" : "erf";
      rows.add(OpSample.of(Prims.GELU, gelu, Draw.normal(3, 4)).note(note).loose(8).row());
      rows.add(
          OpSample.of(Prims.GELU_GRAD, gelu, Draw.normal(3, 4), Draw.normal(3, 4))
              .note(note)
              .loose(8)
              .row());
    }
  }

  private static void tests(List<OpSample<?>> rows) {
    Draw odd = Draw.values(Shape.of(3, 2), 0, NAN, INF, -INF, 1.5, -2);
    rows.add(unary(Prims.IS_NAN, odd, x -> Double.isNaN(x) ? 1 : 0).flat().row());
    rows.add(unary(Prims.IS_INF, odd, x -> Double.isInfinite(x) ? 1 : 0).flat().row());
    rows.add(unary(Prims.IS_FINITE, odd, x -> Double.isFinite(x) ? 1 : 0).flat().row());
  }

  private static OpSample.Row<None> two(Primitive<None> p, Draw x, Draw y) {
    return OpSample.of(p, NONE, x, y)
        .refuses("two shapes", ShapeException.class, Draw.normal(2, 3), Draw.normal(3, 2))
        .refuses(
            "two types", DTypeException.class, Draw.normal(2), Draw.normal(2).as(DType.FLOAT64));
  }

  private static void binary(List<OpSample<?>> rows) {
    Draw x = Draw.normal(3, 4);
    Draw apart = Draw.awayFromZero(3, 4);
    rows.add(two(Prims.ADD, x, x).binary(Double::sum).numbers().row());
    rows.add(two(Prims.SUB, x, x).binary((a, b) -> a - b).numbers().row());
    rows.add(two(Prims.MUL, x, x).binary((a, b) -> a * b).numbers().row());
    rows.add(two(Prims.DIV, x, apart).binary((a, b) -> a / b).loose(4).row());
    rows.add(two(Prims.POW, Draw.uniform(0.3, 2, 3, 4), x).binary(Math::pow).loose(16).row());
    rows.add(
        OpSample.of(Prims.POW, NONE, Draw.integers(0, 5, 3, 4), Draw.integers(0, 4, 3, 4))
            .note("whole")
            .integers()
            .flat()
            .row());
    rows.add(
        two(Prims.MAX, Draw.distinct(3, 4), Draw.distinct(3, 4).shifted(0.125))
            .binary(Math::max)
            .all()
            .row());
    rows.add(
        two(Prims.MIN, Draw.distinct(3, 4), Draw.distinct(3, 4).shifted(0.125))
            .binary(Math::min)
            .all()
            .row());
    rows.add(two(Prims.ATAN2, apart, apart).binary(Math::atan2).loose(4).row());
    rows.add(
        OpSample.of(Prims.SELECT, NONE, Draw.bool(3, 4), x, x)
            .all()
            .oracle(
                (in, s) -> {
                  double[] out = new double[in[0].length];
                  java.util.Arrays.setAll(out, i -> in[0][i] != 0 ? in[1][i] : in[2][i]);
                  return new double[][] {out};
                })
            .refuses("a number as condition", DTypeException.class, x, x, x)
            .row());
    rows.add(two(Prims.RELU_GRAD, x, apart).binary((d, y) -> y > 0 ? d : 0).numbers().row());
  }

  private static void integerArithmetic(List<OpSample<?>> rows) {
    Draw x = Draw.integers(0, 20, 3, 4);
    Draw y = Draw.integers(1, 6, 3, 4);
    Draw real = Draw.uniform(-8, 8, 3, 4);
    Draw divisor = Draw.awayFromZero(3, 4);
    rows.add(two(Prims.FLOOR_DIV, x, y).binary((a, b) -> Math.floor(a / b)).numbers().flat().row());
    rows.add(
        two(Prims.FLOOR_DIV, real, divisor)
            .note("real")
            .binary((a, b) -> Math.floor(a / b))
            .jumps()
            .flat()
            .row());
    rows.add(two(Prims.FLOOR_MOD, x, y).note("whole").integers().flat().row());
    rows.add(
        two(Prims.FLOOR_MOD, real, divisor).binary(ElementwiseSamples::floorMod).jumps().row());
    rows.add(two(Prims.FMOD, x, y).note("whole").integers().flat().row());
    rows.add(two(Prims.FMOD, real, divisor).binary((a, b) -> a % b).jumps().row());
    Draw negative = Draw.integers(-20, 20, 3, 4);
    for (Primitive<None> p : List.of(Prims.FLOOR_DIV, Prims.FLOOR_MOD, Prims.FMOD)) {
      rows.add(
          OpSample.of(p, NONE, negative, Draw.values(Shape.of(3, 4), 3, -3, 7, -1))
              .note("signs")
              .dtypes(DType.INT8, DType.INT16, DType.INT32, DType.INT64)
              .flat()
              .row());
    }
    Draw places = Draw.integers(0, 7, 3, 4);
    rows.add(OpSample.of(Prims.SHIFT_LEFT, NONE, x, places).integers().flat().row());
    rows.add(
        OpSample.of(Prims.SHIFT_RIGHT, NONE, negative, places)
            .dtypes(DType.INT8, DType.INT16, DType.INT32, DType.INT64)
            .flat()
            .row());
    for (Primitive<None> p : List.of(Prims.AND, Prims.OR, Prims.XOR)) {
      rows.add(
          OpSample.of(p, NONE, x, x)
              .integers()
              .flat()
              .refuses("floats", DTypeException.class, Draw.normal(2), Draw.normal(2))
              .row());
      Draw flags = Draw.integers(0, 2, 3, 4);
      rows.add(OpSample.of(p, NONE, flags, flags).note("bool").dtypes(DType.BOOL).flat().row());
    }
  }

  private static double floorMod(double a, double b) {
    double r = a % b;
    return r != 0 && (r < 0) != (b < 0) ? r + b : r;
  }

  private static void comparisons(List<OpSample<?>> rows) {
    Draw x = Draw.integers(0, 3, 4, 4);
    rows.add(two(Prims.EQ, x, x).binary((a, b) -> a == b ? 1 : 0).all().flat().row());
    rows.add(two(Prims.NE, x, x).binary((a, b) -> a != b ? 1 : 0).all().flat().row());
    rows.add(two(Prims.LT, x, x).binary((a, b) -> a < b ? 1 : 0).all().flat().row());
    rows.add(two(Prims.LE, x, x).binary((a, b) -> a <= b ? 1 : 0).all().flat().row());
    rows.add(two(Prims.GT, x, x).binary((a, b) -> a > b ? 1 : 0).all().flat().row());
    rows.add(two(Prims.GE, x, x).binary((a, b) -> a >= b ? 1 : 0).all().flat().row());
    Draw odd = Draw.values(Shape.of(4), NAN, 0, INF, -0.0);
    Draw other = Draw.values(Shape.of(4), NAN, NAN, INF, 0);
    for (Primitive<None> p : List.of(Prims.EQ, Prims.NE, Prims.LT, Prims.LE, Prims.GT, Prims.GE)) {
      rows.add(OpSample.of(p, NONE, odd, other).note("NaN").flat().row());
    }
  }

  private static void casts(List<OpSample<?>> rows) {
    for (DType to : DType.values()) {
      rows.add(
          OpSample.of(Prims.CAST, new Attrs.Cast(to), Draw.uniform(0, 30, 3, 4))
              .note("to " + to)
              .all()
              .gradOrder(to == DType.FLOAT64 ? 2 : 0)
              .row());
    }
    Draw extreme = Draw.values(Shape.of(8), NAN, INF, -INF, 1e9, -1e9, 300, -300, -1.7);
    for (DType to : List.of(DType.UINT8, DType.INT8, DType.INT16, DType.INT32, DType.INT64)) {
      rows.add(
          OpSample.of(Prims.CAST, new Attrs.Cast(to), extreme)
              .note("saturating to " + to)
              .dtypes(DType.FLOAT32, DType.FLOAT64)
              .flat()
              .row());
    }
  }

  /** Points where a derivative jumps: the gradient is the one that PyTorch and MindSpore take. */
  private static void kinks(List<OpSample<?>> rows) {
    Draw zero = Draw.values(Shape.of(2), 0, -0.0);
    rows.add(OpSample.of(Prims.RELU, NONE, zero).note("at 0").pinned(new double[] {0, 0}).row());
    rows.add(OpSample.of(Prims.ABS, NONE, zero).note("at 0").pinned(new double[] {0, 0}).row());
    Draw tie = Draw.values(Shape.of(3), 1, -2, 0);
    double[] half = {0.5, 0.5, 0.5};
    rows.add(OpSample.of(Prims.MAX, NONE, tie, tie).note("ties").pinned(half, half).row());
    rows.add(OpSample.of(Prims.MIN, NONE, tie, tie).note("ties").pinned(half, half).row());
    rows.add(
        OpSample.of(Prims.SQRT, NONE, Draw.values(Shape.of(1), 0))
            .note("at 0")
            .pinned(new double[] {INF})
            .row());
    rows.add(
        OpSample.of(
                Prims.POW,
                NONE,
                Draw.values(Shape.of(2), 0, 0),
                Draw.values(Shape.of(2), 2, 1).constant())
            .note("at 0")
            .pinned(new double[] {0, 1})
            .row());
  }

  /** NaN and infinities. */
  private static void specials(List<OpSample<?>> rows) {
    Draw odd = Draw.values(Shape.of(6), NAN, INF, -INF, 0, -0.0, 2);
    for (Primitive<None> p :
        List.of(
            Prims.COPY,
            Prims.NEG,
            Prims.ABS,
            Prims.SQUARE,
            Prims.SQRT,
            Prims.EXP,
            Prims.LOG,
            Prims.LOG1P,
            Prims.EXPM1,
            Prims.TANH,
            Prims.SIGMOID,
            Prims.ERF,
            Prims.RELU,
            Prims.FLOOR,
            Prims.RECIPROCAL,
            Prims.SIGN)) {
      rows.add(OpSample.of(p, NONE, odd).note("NaN and infinity").loose(4).flat().row());
    }
    Draw other = Draw.values(Shape.of(6), 1, NAN, 1, -INF, INF, NAN);
    for (Primitive<None> p : List.of(Prims.ADD, Prims.MUL, Prims.DIV, Prims.MAX, Prims.MIN)) {
      rows.add(OpSample.of(p, NONE, odd, other).note("NaN and infinity").flat().row());
    }
  }
}
