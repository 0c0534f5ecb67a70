package dev.mycel.core;

import static dev.mycel.core.None.NONE;

/**
 * Elementwise functions that are more than one primitive, or that treat integers in their own way.
 */
final class Elementwise {
  private static final double LN_2 = Math.log(2);
  private static final double LN_10 = Math.log(10);

  private Elementwise() {}

  /** Rounding functions: integers are whole already. */
  static Tensor rounding(Primitive<None> p, Tensor x) {
    return x.dtype().isFloat() ? Join.unary(p, x) : x;
  }

  static Tensor exp2(Tensor x) {
    return Join.weakReversed(Prims.POW, 2, Join.floating(x));
  }

  static Tensor log2(Tensor x) {
    return Join.floatUnary(Prims.LOG, x).div(LN_2);
  }

  static Tensor log10(Tensor x) {
    return Join.floatUnary(Prims.LOG, x).div(LN_10);
  }

  static Tensor polygamma(Tensor x, int n) {
    if (n < 0) {
      throw new ArgumentException("polygamma: the order must not be negative, got " + n);
    }
    Tensor in = Join.input(Prims.POLYGAMMA, Join.floating(x));
    return Interpreters.bind(Prims.POLYGAMMA, new Attrs.Order(n), in);
  }

  static Tensor silu(Tensor x) {
    Tensor f = Join.floating(x);
    return f.mul(Join.unary(Prims.SIGMOID, f));
  }

  /**
   * {@code max(x, 0) + log(1 + exp(-|x|))}, which neither overflows nor loses small results.
   * Written with one condition instead of max and abs, whose derivatives at zero would add up to
   * the wrong value.
   */
  static Tensor logOnePlusExp(Tensor x) {
    Tensor positive = x.gt(0);
    Tensor decay = Ops.where(positive, x.neg(), x).exp();
    return Ops.where(positive, x, Ops.zerosLike(x)).add(Join.unary(Prims.LOG1P, decay));
  }

  static Tensor logSigmoid(Tensor x) {
    return logOnePlusExp(Join.floating(x).neg()).neg();
  }

  /**
   * Bounds by selection: the derivative at a bound is zero, NaN stays NaN, and of crossed bounds
   * the upper wins.
   */
  static Tensor clamp(Tensor x, double min, double max) {
    return clampMax(clampMin(x, min), max);
  }

  static Tensor clampMin(Tensor x, double min) {
    return min == Double.NEGATIVE_INFINITY ? x : where(x.le(min), min, x);
  }

  static Tensor clampMax(Tensor x, double max) {
    return max == Double.POSITIVE_INFINITY ? x : where(x.ge(max), max, x);
  }

  static Tensor where(Tensor condition, double x, Tensor y) {
    return Ops.where(condition, Join.scalar(x, y), y);
  }

  static Tensor where(Tensor condition, Tensor x, double y) {
    return Ops.where(condition, x, Join.scalar(y, x));
  }

  /** Tests for special floats: integers are never NaN or infinite. */
  static Tensor test(Primitive<None> p, Tensor x) {
    if (x.dtype().isFloat()) {
      return Join.unary(p, x);
    }
    return Join.to(x.shape(), Ops.scalar(p == Prims.IS_FINITE ? 1 : 0, DType.BOOL));
  }

  /** As a truth value: whether an element differs from zero. */
  static Tensor truth(Tensor x) {
    return x.dtype() == DType.BOOL ? x : Join.weak(Prims.NE, x, 0);
  }

  static Tensor logical(Primitive<None> p, Tensor x, Tensor y) {
    return Join.binary(p, truth(x), truth(y));
  }

  static Tensor bitwiseNot(Tensor x) {
    return Interpreters.bind(Prims.NOT, NONE, x);
  }

  /** A bitwise operation of bool or integers; floating-point numbers are refused. */
  static Tensor bits(Primitive<None> p, Tensor x, Tensor y) {
    if (x.dtype().isFloat() || y.dtype().isFloat()) {
      throw new DTypeException(
          Messages.of(p.name() + ": bits of floating-point numbers have no meaning here")
              .line("left ", x.type())
              .line("right", y.type())
              .hint("use bool or integer tensors")
              .text());
    }
    return Join.binary(p, x, y);
  }
}
