package dev.mycel.reference;

import dev.mycel.core.Attrs;
import dev.mycel.core.DType;
import dev.mycel.core.None;
import dev.mycel.core.Primitive;
import dev.mycel.core.Prims;
import dev.mycel.core.spi.Access;
import dev.mycel.core.spi.Buffer;
import dev.mycel.core.spi.KernelCall;
import dev.mycel.core.spi.KernelTable;
import java.util.function.DoubleUnaryOperator;
import java.util.function.LongUnaryOperator;

/** Elementwise kernels of one input. */
final class UnaryKernels {
  private static final String NOTE = "in double or long, rounded once";

  private UnaryKernels() {}

  static void register(KernelTable t) {
    registerNumeric(t);
    registerRounding(t);
    registerExponential(t);
    registerTrigonometric(t);
    registerSpecial(t);
    test(t, Prims.IS_NAN, Double::isNaN);
    test(t, Prims.IS_INF, Double::isInfinite);
    test(t, Prims.IS_FINITE, Double::isFinite);
    t.put(Prims.NOT, Access.STRIDED, NOTE, UnaryKernels::not);
    t.put(Prims.CAST, Access.STRIDED, NOTE, UnaryKernels::cast);
  }

  private static void registerNumeric(KernelTable t) {
    numeric(t, Prims.NEG, x -> -x, x -> -x);
    numeric(t, Prims.ABS, Math::abs, Math::abs);
    numeric(t, Prims.SIGN, Scalars::sign, Long::signum);
    numeric(t, Prims.SQUARE, x -> x * x, x -> x * x);
  }

  private static void registerRounding(KernelTable t) {
    floating(t, Prims.FLOOR, Math::floor);
    floating(t, Prims.CEIL, Math::ceil);
    floating(t, Prims.TRUNC, x -> x < 0 ? Math.ceil(x) : Math.floor(x));
    floating(t, Prims.ROUND, Math::rint);
  }

  private static void registerExponential(KernelTable t) {
    floating(t, Prims.RECIPROCAL, x -> 1 / x);
    floating(t, Prims.SQRT, Math::sqrt);
    floating(t, Prims.RSQRT, x -> 1 / Math.sqrt(x));
    floating(t, Prims.EXP, Math::exp);
    floating(t, Prims.EXPM1, Math::expm1);
    floating(t, Prims.LOG, Math::log);
    floating(t, Prims.LOG1P, Math::log1p);
    floating(t, Prims.SINH, Math::sinh);
    floating(t, Prims.COSH, Math::cosh);
    floating(t, Prims.TANH, Math::tanh);
    floating(t, Prims.ASINH, Scalars::asinh);
    floating(t, Prims.ACOSH, Scalars::acosh);
    floating(t, Prims.ATANH, Scalars::atanh);
    floating(t, Prims.SIGMOID, Scalars::sigmoid);
  }

  private static void registerTrigonometric(KernelTable t) {
    floating(t, Prims.SIN, Math::sin);
    floating(t, Prims.COS, Math::cos);
    floating(t, Prims.TAN, Math::tan);
    floating(t, Prims.ASIN, Math::asin);
    floating(t, Prims.ACOS, Math::acos);
    floating(t, Prims.ATAN, Math::atan);
  }

  private static void registerSpecial(KernelTable t) {
    floating(t, Prims.ERF, Erf::erf);
    floating(t, Prims.ERFC, Erf::erfc);
    floating(t, Prims.ERFINV, Erf::erfinv);
    floating(t, Prims.LGAMMA, Gamma::logAbsGamma);
    t.put(Prims.POLYGAMMA, Access.STRIDED, NOTE, UnaryKernels::polygamma);
  }

  private static void floating(KernelTable t, Primitive<None> p, DoubleUnaryOperator f) {
    t.put(p, Access.STRIDED, NOTE, call -> Elementwise.map(call, f));
  }

  private static void numeric(
      KernelTable t, Primitive<None> p, DoubleUnaryOperator f, LongUnaryOperator g) {
    t.put(
        p,
        Access.STRIDED,
        NOTE,
        call -> {
          if (Elementwise.isFloat(call)) {
            Elementwise.map(call, f);
          } else {
            Elementwise.mapLongs(call, g);
          }
        });
  }

  private static void test(KernelTable t, Primitive<None> p, Elementwise.DoubleTest f) {
    t.put(p, Access.STRIDED, NOTE, call -> Elementwise.test(call, f));
  }

  private static void polygamma(KernelCall<Attrs.Order> call) {
    int n = call.attrs().n();
    Polygamma.check(n);
    Elementwise.map(call, x -> Polygamma.polygamma(n, x));
  }

  private static void not(KernelCall<None> call) {
    if (call.input(0).dtype() == DType.BOOL) {
      Elementwise.mapLongs(call, x -> 1 - x);
    } else {
      Elementwise.mapLongs(call, x -> ~x);
    }
  }

  private static void cast(KernelCall<Attrs.Cast> call) {
    Buffer x = call.input(0);
    if (x.dtype() == call.attrs().dtype()) {
      MovementKernels.copy(call);
    } else if (x.dtype().isFloat()) {
      Elementwise.map(call, v -> v);
    } else {
      Elementwise.mapLongs(call, v -> v);
    }
  }
}
