package dev.mycel.autograd.rules;

import static dev.mycel.autograd.rules.Bind.op;

import dev.mycel.autograd.Needs;
import dev.mycel.autograd.VjpTable;
import dev.mycel.core.Attrs;
import dev.mycel.core.Interpreters;
import dev.mycel.core.None;
import dev.mycel.core.Primitive;
import dev.mycel.core.Prims;
import dev.mycel.core.Tensor;

/** Rows of functions of one tensor. */
final class ElementwiseRows {
  private static final double TWO_OVER_SQRT_PI = 2 / Math.sqrt(Math.PI);

  /** The derivative times the gradient, from x or from y. */
  private interface Slope {
    Tensor apply(Tensor value, Tensor dy);
  }

  private ElementwiseRows() {}

  static void register(VjpTable t) {
    t.wrt(0, Prims.NEG, Needs.nothing(), (s, g) -> g.neg());
    t.wrt(0, Prims.COPY, Needs.nothing(), (s, g) -> g);
    t.wrt(0, Prims.CAST, Needs.nothing(), (s, g) -> Bind.cast(g, s.inputType(0).dtype()));
    fromX(t, Prims.ABS, (x, g) -> g.mul(op(Prims.SIGN, x)));
    fromX(t, Prims.SQUARE, (x, g) -> g.mul(x).mul(2));
    fromX(t, Prims.EXPM1, (x, g) -> g.mul(x.exp()));
    fromX(t, Prims.LOG, (x, g) -> g.div(x));
    fromX(t, Prims.LOG1P, (x, g) -> g.div(x.add(1)));
    fromX(t, Prims.SIN, (x, g) -> g.mul(op(Prims.COS, x)));
    fromX(t, Prims.COS, (x, g) -> g.mul(op(Prims.SIN, x)).neg());
    fromX(t, Prims.ASIN, (x, g) -> g.mul(oneMinusSquare(x).rsqrt()));
    fromX(t, Prims.ACOS, (x, g) -> g.mul(oneMinusSquare(x).rsqrt()).neg());
    fromX(t, Prims.ATAN, (x, g) -> g.div(x.square().add(1)));
    fromX(t, Prims.SINH, (x, g) -> g.mul(op(Prims.COSH, x)));
    fromX(t, Prims.COSH, (x, g) -> g.mul(op(Prims.SINH, x)));
    fromX(t, Prims.ASINH, (x, g) -> g.mul(x.square().add(1).rsqrt()));
    fromX(t, Prims.ACOSH, (x, g) -> g.mul(x.sub(1).sqrt().mul(x.add(1).sqrt()).pow(-1)));
    fromX(t, Prims.ATANH, (x, g) -> g.div(oneMinusSquare(x)));
    fromX(t, Prims.ERF, (x, g) -> g.mul(x.square().neg().exp()).mul(TWO_OVER_SQRT_PI));
    fromX(t, Prims.ERFC, (x, g) -> g.mul(x.square().neg().exp()).mul(-TWO_OVER_SQRT_PI));
    fromX(t, Prims.LGAMMA, (x, g) -> g.mul(polygamma(0, x)));
    t.wrt(
        0,
        Prims.POLYGAMMA,
        Needs.inputs(0),
        (s, g) -> g.mul(polygamma(s.attrs().n() + 1, s.in(0))));
    fromY(t, Prims.EXP, (y, g) -> g.mul(y));
    fromY(t, Prims.SQRT, (y, g) -> g.div(y.mul(2)));
    fromY(t, Prims.RSQRT, (y, g) -> g.mul(y.square().mul(y)).mul(-0.5));
    fromY(t, Prims.RECIPROCAL, (y, g) -> g.mul(y.square()).neg());
    fromY(t, Prims.TAN, (y, g) -> g.mul(y.square().add(1)));
    fromY(t, Prims.TANH, (y, g) -> g.mul(oneMinusSquare(y)));
    fromY(t, Prims.SIGMOID, (y, g) -> g.mul(y.mul(y.neg().add(1))));
    fromY(t, Prims.ERFINV, (y, g) -> g.mul(y.square().exp()).mul(1 / TWO_OVER_SQRT_PI));
    t.flat(
        Prims.SIGN,
        Prims.FLOOR,
        Prims.CEIL,
        Prims.TRUNC,
        Prims.ROUND,
        Prims.IS_NAN,
        Prims.IS_INF,
        Prims.IS_FINITE,
        Prims.NOT);
  }

  private static Tensor oneMinusSquare(Tensor x) {
    return x.square().neg().add(1);
  }

  private static Tensor polygamma(int n, Tensor x) {
    return Interpreters.bind(Prims.POLYGAMMA, new Attrs.Order(n), x);
  }

  private static void fromX(VjpTable t, Primitive<None> p, Slope slope) {
    t.wrt(0, p, Needs.inputs(0), (s, g) -> slope.apply(s.in(0), g));
  }

  private static void fromY(VjpTable t, Primitive<None> p, Slope slope) {
    t.wrt(0, p, Needs.outputs(0), (s, g) -> slope.apply(s.out(), g));
  }
}
