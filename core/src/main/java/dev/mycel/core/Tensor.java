package dev.mycel.core;

import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.ShortBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * An immutable array of numbers with a shape and an element type.
 *
 * <p>Methods are one line each, so this class is long but holds no logic: the work is in {@link
 * Ops} and the classes beside it. Operations follow NumPy: shapes broadcast, axes may be negative,
 * element types join to the least type that holds both, and a Java number takes the tensor's type.
 *
 * <p>Nobody has to close a tensor; {@link #close} merely gives memory back sooner. Using a tensor
 * afterwards is an exception.
 */
public final class Tensor implements AutoCloseable {
  private final Interpreter owner;
  private final TensorType type;
  private final Object payload;

  Tensor(Interpreter owner, TensorType type, Object payload) {
    this.owner = owner;
    this.type = type;
    this.payload = payload;
  }

  /** Shape, element type and device. */
  public TensorType type() {
    return type;
  }

  /** Extents. */
  public Shape shape() {
    return type.shape();
  }

  /** Element type. */
  public DType dtype() {
    return type.dtype();
  }

  /** Where it lives. */
  public Device device() {
    return type.device();
  }

  /** Extent of an axis; a negative axis counts from the end. */
  public long dim(int axis) {
    return type.shape().dim(axis);
  }

  /** Number of axes. */
  public int rank() {
    return type.shape().rank();
  }

  /** Number of elements. */
  public long size() {
    return type.shape().size();
  }

  Interpreter owner() {
    return owner;
  }

  Object payload() {
    return payload;
  }

  /** Gives the memory back before the collector would; optional. Doing it again has no effect. */
  @Override
  public void close() {
    ((Lease) Interpreters.lowerToRoot(this).payload()).close();
  }

  // ---- creation ---------------------------------------------------------------------------------

  /**
   * A copy of a Java number, a boolean, or nested arrays or lists of them. The element type is the
   * Java type's: {@code float} gives float32, {@code double} float64, {@code int} int32, {@code
   * byte} int8.
   */
  public static Tensor of(Object nested) {
    return HostArrays.tensor(nested, null);
  }

  /** The same in a given element type; integers must be whole and in range. */
  public static Tensor of(Object nested, DType dtype) {
    return HostArrays.tensor(nested, dtype);
  }

  /** A copy of a flat array, row-major, as float32; without a shape it is a vector. */
  public static Tensor of(float[] data, long... shape) {
    return HostArrays.tensor(
        data, DType.FLOAT32, DType.FLOAT32, HostArrays.shapeOr(data.length, shape));
  }

  /** A copy of a flat array, row-major, converted to a type that holds its numbers. */
  public static Tensor of(float[] data, DType dtype, long... shape) {
    return HostArrays.tensor(data, DType.FLOAT32, dtype, HostArrays.shapeOr(data.length, shape));
  }

  /** A copy of a flat array, row-major, as float64; without a shape it is a vector. */
  public static Tensor of(double[] data, long... shape) {
    return HostArrays.tensor(
        data, DType.FLOAT64, DType.FLOAT64, HostArrays.shapeOr(data.length, shape));
  }

  /** A copy of a flat array, row-major, converted to a type that holds its numbers. */
  public static Tensor of(double[] data, DType dtype, long... shape) {
    return HostArrays.tensor(data, DType.FLOAT64, dtype, HostArrays.shapeOr(data.length, shape));
  }

  /** A copy of a flat array, row-major, as int64; without a shape it is a vector. */
  public static Tensor of(long[] data, long... shape) {
    return HostArrays.tensor(
        data, DType.INT64, DType.INT64, HostArrays.shapeOr(data.length, shape));
  }

  /** A copy of a flat array, row-major, converted to a type that holds its numbers. */
  public static Tensor of(long[] data, DType dtype, long... shape) {
    return HostArrays.tensor(data, DType.INT64, dtype, HostArrays.shapeOr(data.length, shape));
  }

  /** A copy of a flat array, row-major, as int32; without a shape it is a vector. */
  public static Tensor of(int[] data, long... shape) {
    return HostArrays.tensor(
        data, DType.INT32, DType.INT32, HostArrays.shapeOr(data.length, shape));
  }

  /** A copy of a flat array, row-major, converted to a type that holds its numbers. */
  public static Tensor of(int[] data, DType dtype, long... shape) {
    return HostArrays.tensor(data, DType.INT32, dtype, HostArrays.shapeOr(data.length, shape));
  }

  /** A copy of a flat array, row-major, as int16; without a shape it is a vector. */
  public static Tensor of(short[] data, long... shape) {
    return of(data, DType.INT16, shape);
  }

  /**
   * A copy of a flat array. For float16 and bfloat16 the numbers are bit patterns, as {@link
   * #toShortArray} gives them.
   */
  public static Tensor of(short[] data, DType dtype, long... shape) {
    return HostArrays.tensor(
        data, HostArrays.asBits(DType.INT16, dtype), dtype, HostArrays.shapeOr(data.length, shape));
  }

  /** A copy of a flat array, row-major, as int8; without a shape it is a vector. */
  public static Tensor of(byte[] data, long... shape) {
    return of(data, DType.INT8, shape);
  }

  /**
   * A copy of a flat array. For uint8 the bytes count from 0 to 255, as {@link #toByteArray} gives
   * them.
   */
  public static Tensor of(byte[] data, DType dtype, long... shape) {
    return HostArrays.tensor(
        data, HostArrays.asBits(DType.INT8, dtype), dtype, HostArrays.shapeOr(data.length, shape));
  }

  /** A copy of a flat array, row-major, as bool; without a shape it is a vector. */
  public static Tensor of(boolean[] data, long... shape) {
    return HostArrays.tensor(data, DType.BOOL, HostArrays.shapeOr(data.length, shape));
  }

  /** A copy of what remains in a buffer, whose position stays; without a shape it is a vector. */
  public static Tensor of(FloatBuffer data, long... shape) {
    return of(HostArrays.remaining(data), shape);
  }

  /** A copy of what remains in a buffer, whose position stays; without a shape it is a vector. */
  public static Tensor of(DoubleBuffer data, long... shape) {
    return of(HostArrays.remaining(data), shape);
  }

  /** A copy of what remains in a buffer, whose position stays; without a shape it is a vector. */
  public static Tensor of(IntBuffer data, long... shape) {
    return of(HostArrays.remaining(data), shape);
  }

  /** A copy of what remains in a buffer, whose position stays; without a shape it is a vector. */
  public static Tensor of(LongBuffer data, long... shape) {
    return of(HostArrays.remaining(data), shape);
  }

  /** A copy of what remains in a buffer, whose position stays; without a shape it is a vector. */
  public static Tensor of(ShortBuffer data, long... shape) {
    return of(HostArrays.remaining(data), shape);
  }

  /** A copy of the raw elements that remain in a buffer, in its byte order; its position stays. */
  public static Tensor of(ByteBuffer data, DType dtype, long... shape) {
    return HostArrays.tensor(data, dtype, shape);
  }

  /** A float32 scalar. */
  public static Tensor scalar(double value) {
    return Ops.scalar(value, DType.FLOAT32);
  }

  /** A scalar. */
  public static Tensor scalar(double value, DType dtype) {
    return Ops.scalar(value, dtype);
  }

  /** Zeros of float32. */
  public static Tensor zeros(long... shape) {
    return Ops.zeros(shape);
  }

  /** Ones of float32. */
  public static Tensor ones(long... shape) {
    return Ops.ones(shape);
  }

  // ---- arithmetic -------------------------------------------------------------------------------

  /** this + y. */
  public Tensor add(Tensor y) {
    return Ops.add(this, y);
  }

  /** this + y. */
  public Tensor add(double y) {
    return Join.weak(Prims.ADD, this, y);
  }

  /** this - y. */
  public Tensor sub(Tensor y) {
    return Ops.sub(this, y);
  }

  /** this - y. */
  public Tensor sub(double y) {
    return Join.weak(Prims.SUB, this, y);
  }

  /** y - this. */
  public Tensor rsub(double y) {
    return Join.weakReversed(Prims.SUB, y, this);
  }

  /** this * y. */
  public Tensor mul(Tensor y) {
    return Ops.mul(this, y);
  }

  /** this * y. */
  public Tensor mul(double y) {
    return Join.weak(Prims.MUL, this, y);
  }

  /** this / y. Integers are divided as float32. */
  public Tensor div(Tensor y) {
    return Ops.div(this, y);
  }

  /** this / y. Integers are divided as float32. */
  public Tensor div(double y) {
    return Join.weak(Prims.DIV, Join.floating(this), y);
  }

  /** y / this. Integers are divided as float32. */
  public Tensor rdiv(double y) {
    return Join.weakReversed(Prims.DIV, y, Join.floating(this));
  }

  /** floor(this / y). */
  public Tensor floorDiv(Tensor y) {
    return Ops.floorDiv(this, y);
  }

  /** floor(this / y). */
  public Tensor floorDiv(double y) {
    return Join.weak(Prims.FLOOR_DIV, this, y);
  }

  /** The remainder with the sign of y. */
  public Tensor floorMod(Tensor y) {
    return Ops.floorMod(this, y);
  }

  /** The remainder with the sign of y. */
  public Tensor floorMod(double y) {
    return Join.weak(Prims.FLOOR_MOD, this, y);
  }

  /** The remainder with the sign of this. */
  public Tensor fmod(Tensor y) {
    return Ops.fmod(this, y);
  }

  /** The remainder with the sign of this. */
  public Tensor fmod(double y) {
    return Join.weak(Prims.FMOD, this, y);
  }

  /** this to the power y. */
  public Tensor pow(Tensor y) {
    return Ops.pow(this, y);
  }

  /** this to the power y. */
  public Tensor pow(double y) {
    return Join.weak(Prims.POW, this, y);
  }

  /** y to the power this. */
  public Tensor rpow(double y) {
    return Join.weakReversed(Prims.POW, y, this);
  }

  /** The larger of each pair; NaN if either is. */
  public Tensor maximum(Tensor y) {
    return Ops.maximum(this, y);
  }

  /** The larger of each pair; NaN if either is. */
  public Tensor maximum(double y) {
    return Join.weak(Prims.MAX, this, y);
  }

  /** The smaller of each pair; NaN if either is. */
  public Tensor minimum(Tensor y) {
    return Ops.minimum(this, y);
  }

  /** The smaller of each pair; NaN if either is. */
  public Tensor minimum(double y) {
    return Join.weak(Prims.MIN, this, y);
  }

  /** The angle of the point (x, this). */
  public Tensor atan2(Tensor x) {
    return Ops.atan2(this, x);
  }

  // ---- functions of each element ----------------------------------------------------------------

  /** -this. */
  public Tensor neg() {
    return Join.unary(Prims.NEG, this);
  }

  /** Absolute value. */
  public Tensor abs() {
    return Join.unary(Prims.ABS, this);
  }

  /** -1, 0 or 1; NaN stays NaN. */
  public Tensor sign() {
    return Join.unary(Prims.SIGN, this);
  }

  /** this * this. */
  public Tensor square() {
    return Join.unary(Prims.SQUARE, this);
  }

  /** Square root. */
  public Tensor sqrt() {
    return Join.floatUnary(Prims.SQRT, this);
  }

  /** 1 / sqrt(this). */
  public Tensor rsqrt() {
    return Join.floatUnary(Prims.RSQRT, this);
  }

  /** 1 / this. */
  public Tensor reciprocal() {
    return Join.floatUnary(Prims.RECIPROCAL, this);
  }

  /** e to the power this. */
  public Tensor exp() {
    return Join.floatUnary(Prims.EXP, this);
  }

  /** e to the power this, minus one. */
  public Tensor expm1() {
    return Join.floatUnary(Prims.EXPM1, this);
  }

  /** Natural logarithm. */
  public Tensor log() {
    return Join.floatUnary(Prims.LOG, this);
  }

  /** Natural logarithm of 1 + this. */
  public Tensor log1p() {
    return Join.floatUnary(Prims.LOG1P, this);
  }

  /** Sine. */
  public Tensor sin() {
    return Join.floatUnary(Prims.SIN, this);
  }

  /** Cosine. */
  public Tensor cos() {
    return Join.floatUnary(Prims.COS, this);
  }

  /** Tangent. */
  public Tensor tan() {
    return Join.floatUnary(Prims.TAN, this);
  }

  /** Inverse sine. */
  public Tensor asin() {
    return Join.floatUnary(Prims.ASIN, this);
  }

  /** Inverse cosine. */
  public Tensor acos() {
    return Join.floatUnary(Prims.ACOS, this);
  }

  /** Inverse tangent. */
  public Tensor atan() {
    return Join.floatUnary(Prims.ATAN, this);
  }

  /** Hyperbolic sine. */
  public Tensor sinh() {
    return Join.floatUnary(Prims.SINH, this);
  }

  /** Hyperbolic cosine. */
  public Tensor cosh() {
    return Join.floatUnary(Prims.COSH, this);
  }

  /** Hyperbolic tangent. */
  public Tensor tanh() {
    return Join.floatUnary(Prims.TANH, this);
  }

  /** Inverse hyperbolic sine. */
  public Tensor asinh() {
    return Join.floatUnary(Prims.ASINH, this);
  }

  /** Inverse hyperbolic cosine. */
  public Tensor acosh() {
    return Join.floatUnary(Prims.ACOSH, this);
  }

  /** Inverse hyperbolic tangent. */
  public Tensor atanh() {
    return Join.floatUnary(Prims.ATANH, this);
  }

  /** 1 / (1 + exp(-this)). */
  public Tensor sigmoid() {
    return Join.floatUnary(Prims.SIGMOID, this);
  }

  /** Error function. */
  public Tensor erf() {
    return Join.floatUnary(Prims.ERF, this);
  }

  /** 1 - erf(this), exact for large numbers. */
  public Tensor erfc() {
    return Join.floatUnary(Prims.ERFC, this);
  }

  /** Inverse error function. */
  public Tensor erfinv() {
    return Join.floatUnary(Prims.ERFINV, this);
  }

  /** Logarithm of the absolute gamma function. */
  public Tensor lgamma() {
    return Join.floatUnary(Prims.LGAMMA, this);
  }

  /** 2 to the power this. */
  public Tensor exp2() {
    return Elementwise.exp2(this);
  }

  /** Logarithm to base 2. */
  public Tensor log2() {
    return Elementwise.log2(this);
  }

  /** Logarithm to base 10. */
  public Tensor log10() {
    return Elementwise.log10(this);
  }

  /** Derivative of {@link #lgamma}. */
  public Tensor digamma() {
    return Elementwise.polygamma(this, 0);
  }

  /** Derivative of order n of {@link #digamma}. */
  public Tensor polygamma(int n) {
    return Elementwise.polygamma(this, n);
  }

  /** Largest integer not above. */
  public Tensor floor() {
    return Elementwise.rounding(Prims.FLOOR, this);
  }

  /** Least integer not below. */
  public Tensor ceil() {
    return Elementwise.rounding(Prims.CEIL, this);
  }

  /** Without the fraction. */
  public Tensor trunc() {
    return Elementwise.rounding(Prims.TRUNC, this);
  }

  /** Nearest integer, ties to even. */
  public Tensor round() {
    return Elementwise.rounding(Prims.ROUND, this);
  }

  /** max(this, 0). */
  public Tensor relu() {
    return Ops.relu(this);
  }

  /** Gaussian error linear unit, exact. */
  public Tensor gelu() {
    return Ops.gelu(this, false);
  }

  /** Gaussian error linear unit, in the tanh form if {@code approximate}. */
  public Tensor gelu(boolean approximate) {
    return Ops.gelu(this, approximate);
  }

  /** this * sigmoid(this). */
  public Tensor silu() {
    return Elementwise.silu(this);
  }

  /** log(1 + exp(this)) without overflow. */
  public Tensor softplus() {
    return Join.floatUnary(Prims.SOFTPLUS, this);
  }

  /** log(sigmoid(this)) without overflow. */
  public Tensor logSigmoid() {
    return Elementwise.logSigmoid(this);
  }

  /** Between -1 and 1. */
  public Tensor hardtanh() {
    return Elementwise.clamp(this, -1, 1);
  }

  /** Between two bounds; an infinite bound is none. The derivative at a bound is one. */
  public Tensor clamp(double min, double max) {
    return Elementwise.clamp(this, min, max);
  }

  /** The same as {@link #clamp(double, double)}. */
  public Tensor clip(double min, double max) {
    return Elementwise.clamp(this, min, max);
  }

  /** Between two bounds, which broadcast. */
  public Tensor clamp(Tensor min, Tensor max) {
    return maximum(min).minimum(max);
  }

  /** exp(this) over its sum along an axis. */
  public Tensor softmax(int axis) {
    return Ops.softmax(this, axis);
  }

  /** Logarithm of softmax along an axis. */
  public Tensor logSoftmax(int axis) {
    return Ops.logSoftmax(this, axis);
  }

  // ---- comparisons and logic, as bool -----------------------------------------------------------

  /** this == y. */
  public Tensor eq(Tensor y) {
    return Join.binary(Prims.EQ, this, y);
  }

  /** this == y. */
  public Tensor eq(double y) {
    return Join.weak(Prims.EQ, this, y);
  }

  /** this != y. */
  public Tensor ne(Tensor y) {
    return Join.binary(Prims.NE, this, y);
  }

  /** this != y. */
  public Tensor ne(double y) {
    return Join.weak(Prims.NE, this, y);
  }

  /** this &lt; y. */
  public Tensor lt(Tensor y) {
    return Join.binary(Prims.LT, this, y);
  }

  /** this &lt; y. */
  public Tensor lt(double y) {
    return Join.weak(Prims.LT, this, y);
  }

  /** this &lt;= y. */
  public Tensor le(Tensor y) {
    return Join.binary(Prims.LE, this, y);
  }

  /** this &lt;= y. */
  public Tensor le(double y) {
    return Join.weak(Prims.LE, this, y);
  }

  /** this &gt; y. */
  public Tensor gt(Tensor y) {
    return Join.binary(Prims.GT, this, y);
  }

  /** this &gt; y. */
  public Tensor gt(double y) {
    return Join.weak(Prims.GT, this, y);
  }

  /** this &gt;= y. */
  public Tensor ge(Tensor y) {
    return Join.binary(Prims.GE, this, y);
  }

  /** this &gt;= y. */
  public Tensor ge(double y) {
    return Join.weak(Prims.GE, this, y);
  }

  /** Whether an element is not a number. */
  public Tensor isNan() {
    return Elementwise.test(Prims.IS_NAN, this);
  }

  /** Whether an element is infinite. */
  public Tensor isInf() {
    return Elementwise.test(Prims.IS_INF, this);
  }

  /** Whether an element is neither infinite nor NaN. */
  public Tensor isFinite() {
    return Elementwise.test(Prims.IS_FINITE, this);
  }

  /** Whether both differ from zero. */
  public Tensor logicalAnd(Tensor y) {
    return Elementwise.logical(Prims.AND, this, y);
  }

  /** Whether at least one differs from zero. */
  public Tensor logicalOr(Tensor y) {
    return Elementwise.logical(Prims.OR, this, y);
  }

  /** Whether exactly one differs from zero. */
  public Tensor logicalXor(Tensor y) {
    return Elementwise.logical(Prims.XOR, this, y);
  }

  /** Whether an element is zero. */
  public Tensor logicalNot() {
    return Join.unary(Prims.NOT, Elementwise.truth(this));
  }

  /** Bits that both have; bool and integers. */
  public Tensor bitwiseAnd(Tensor y) {
    return Elementwise.bits(Prims.AND, this, y);
  }

  /** Bits that at least one has; bool and integers. */
  public Tensor bitwiseOr(Tensor y) {
    return Elementwise.bits(Prims.OR, this, y);
  }

  /** Bits that exactly one has; bool and integers. */
  public Tensor bitwiseXor(Tensor y) {
    return Elementwise.bits(Prims.XOR, this, y);
  }

  /** All bits turned over; bool and integers. */
  public Tensor bitwiseNot() {
    return Elementwise.bitwiseNot(this);
  }

  /** this &lt;&lt; y; integers. */
  public Tensor shiftLeft(Tensor y) {
    return Elementwise.bits(Prims.SHIFT_LEFT, this, y);
  }

  /** this &lt;&lt; y; integers. */
  public Tensor shiftLeft(int y) {
    return Join.weak(Prims.SHIFT_LEFT, this, y);
  }

  /** this &gt;&gt; y, keeping the sign; integers. */
  public Tensor shiftRight(Tensor y) {
    return Elementwise.bits(Prims.SHIFT_RIGHT, this, y);
  }

  /** this &gt;&gt; y, keeping the sign; integers. */
  public Tensor shiftRight(int y) {
    return Join.weak(Prims.SHIFT_RIGHT, this, y);
  }

  // ---- reductions: over all axes if none is named -----------------------------------------------

  /** Sum (int64 for bool and integers) over axes, which vanish. */
  public Tensor sum(int... axes) {
    return Ops.sum(this, false, axes);
  }

  /**
   * Sum (int64 for bool and integers) over axes, which stay with extent one if {@code keepDims}.
   */
  public Tensor sum(boolean keepDims, int... axes) {
    return Ops.sum(this, keepDims, axes);
  }

  /** Mean over axes, which vanish. */
  public Tensor mean(int... axes) {
    return Ops.mean(this, false, axes);
  }

  /** Mean over axes, which stay with extent one if {@code keepDims}. */
  public Tensor mean(boolean keepDims, int... axes) {
    return Ops.mean(this, keepDims, axes);
  }

  /** Product (int64 for bool and integers) over axes, which vanish. */
  public Tensor prod(int... axes) {
    return Reductions.reduce(Prims.REDUCE_PROD, Reductions.wide(this), false, axes);
  }

  /**
   * Product (int64 for bool and integers) over axes, which stay with extent one if {@code
   * keepDims}.
   */
  public Tensor prod(boolean keepDims, int... axes) {
    return Reductions.reduce(Prims.REDUCE_PROD, Reductions.wide(this), keepDims, axes);
  }

  /** Largest over axes, which vanish. */
  public Tensor max(int... axes) {
    return Ops.max(this, false, axes);
  }

  /** Largest over axes, which stay with extent one if {@code keepDims}. */
  public Tensor max(boolean keepDims, int... axes) {
    return Ops.max(this, keepDims, axes);
  }

  /** Smallest over axes, which vanish. */
  public Tensor min(int... axes) {
    return Ops.min(this, false, axes);
  }

  /** Smallest over axes, which stay with extent one if {@code keepDims}. */
  public Tensor min(boolean keepDims, int... axes) {
    return Ops.min(this, keepDims, axes);
  }

  /** Whether any element differs from zero over axes, which vanish. */
  public Tensor any(int... axes) {
    return Reductions.any(this, false, axes);
  }

  /**
   * Whether any element differs from zero over axes, which stay with extent one if {@code
   * keepDims}.
   */
  public Tensor any(boolean keepDims, int... axes) {
    return Reductions.any(this, keepDims, axes);
  }

  /** Whether all elements differ from zero over axes, which vanish. */
  public Tensor all(int... axes) {
    return Reductions.all(this, false, axes);
  }

  /**
   * Whether all elements differ from zero over axes, which stay with extent one if {@code
   * keepDims}.
   */
  public Tensor all(boolean keepDims, int... axes) {
    return Reductions.all(this, keepDims, axes);
  }

  /** Number of elements that differ from zero, int64, over axes, which vanish. */
  public Tensor countNonzero(int... axes) {
    return Reductions.countNonzero(this, false, axes);
  }

  /**
   * Number of elements that differ from zero, int64, over axes, which stay with extent one if
   * {@code keepDims}.
   */
  public Tensor countNonzero(boolean keepDims, int... axes) {
    return Reductions.countNonzero(this, keepDims, axes);
  }

  /** Logarithm of the sum of exponentials over axes, which vanish. */
  public Tensor logSumExp(int... axes) {
    return Reductions.logSumExp(this, false, axes);
  }

  /**
   * Logarithm of the sum of exponentials over axes, which stay with extent one if {@code keepDims}.
   */
  public Tensor logSumExp(boolean keepDims, int... axes) {
    return Reductions.logSumExp(this, keepDims, axes);
  }

  /** Variance with divisor n over axes, which vanish. */
  public Tensor var(int... axes) {
    return Reductions.var(this, 0, false, axes);
  }

  /** Variance with divisor n - ddof over axes, which stay with extent one if {@code keepDims}. */
  public Tensor var(int ddof, boolean keepDims, int... axes) {
    return Reductions.var(this, ddof, keepDims, axes);
  }

  /** Standard deviation with divisor n over axes, which vanish. */
  public Tensor std(int... axes) {
    return Reductions.var(this, 0, false, axes).sqrt();
  }

  /**
   * Standard deviation with divisor n - ddof over axes, which stay with extent one if {@code
   * keepDims}.
   */
  public Tensor std(int ddof, boolean keepDims, int... axes) {
    return Reductions.var(this, ddof, keepDims, axes).sqrt();
  }

  /** Two-norm over axes, which vanish. */
  public Tensor norm(int... axes) {
    return Reductions.norm(this, 2, false, axes);
  }

  /** Norm of an order (0, 1, 2, ..., or infinite) over axes. */
  public Tensor norm(double ord, boolean keepDims, int... axes) {
    return Reductions.norm(this, ord, keepDims, axes);
  }

  /** Place of the first largest element (or NaN) among all, row-major, int64. */
  public Tensor argmax() {
    return Reductions.argOfAll(Prims.ARGMAX, this);
  }

  /** Place of the first largest element (or NaN) along an axis, which vanishes, int64. */
  public Tensor argmax(int axis) {
    return Reductions.arg(Prims.ARGMAX, this, axis, false);
  }

  /** Place of the first largest element (or NaN) along an axis, int64. */
  public Tensor argmax(int axis, boolean keepDims) {
    return Reductions.arg(Prims.ARGMAX, this, axis, keepDims);
  }

  /** Place of the first smallest element (or NaN) among all, row-major, int64. */
  public Tensor argmin() {
    return Reductions.argOfAll(Prims.ARGMIN, this);
  }

  /** Place of the first smallest element (or NaN) along an axis, which vanishes, int64. */
  public Tensor argmin(int axis) {
    return Reductions.arg(Prims.ARGMIN, this, axis, false);
  }

  /** Place of the first smallest element (or NaN) along an axis, int64. */
  public Tensor argmin(int axis, boolean keepDims) {
    return Reductions.arg(Prims.ARGMIN, this, axis, keepDims);
  }

  /** Running sum along an axis (int64 for bool and integers). */
  public Tensor cumsum(int axis) {
    return Reductions.cumsum(this, axis);
  }

  /** Running product along an axis (int64 for bool and integers). */
  public Tensor cumprod(int axis) {
    return Reductions.cumprod(this, axis);
  }

  // ---- products ---------------------------------------------------------------------------------

  /** Matrix product over the last two axes; leading axes broadcast. */
  public Tensor matmul(Tensor y) {
    return Ops.matmul(this, y);
  }

  /** NumPy's dot: the last axis meets the last but one of y. */
  public Tensor dot(Tensor y) {
    return Contractions.dot(this, y);
  }

  /** All products of two elements: [size, y.size]. */
  public Tensor outer(Tensor y) {
    return Contractions.outer(this, y);
  }

  /** Sums the products over pairs of axes. */
  public Tensor tensorDot(Tensor y, int[] axes, int[] axesOfY) {
    return Contractions.tensorDot(this, y, axes, axesOfY);
  }

  // ---- movement ---------------------------------------------------------------------------------

  /** The same elements under another shape; one extent may be -1. */
  public Tensor reshape(long... shape) {
    return Ops.reshape(this, shape);
  }

  /** The same elements under another shape. */
  public Tensor reshape(Shape shape) {
    return Ops.reshape(this, shape.rawDims());
  }

  /** The same as {@link #reshape(long...)}. */
  public Tensor view(long... shape) {
    return Ops.reshape(this, shape);
  }

  /** All elements as a vector. */
  public Tensor flatten() {
    return Ops.reshape(this, size());
  }

  /** The axes from one to another joined to one. */
  public Tensor flatten(int startDim, int endDim) {
    return Rearrange.flatten(this, startDim, endDim);
  }

  /** Axes in another order; without an order they are reversed. */
  public Tensor transpose(int... order) {
    return Ops.transpose(this, order);
  }

  /** Axes in another order. */
  public Tensor permute(int... order) {
    return Ops.transpose(this, order);
  }

  /** Two axes exchanged. */
  public Tensor swapAxes(int a, int b) {
    return Rearrange.swapAxes(this, a, b);
  }

  /** One axis moved to another place. */
  public Tensor moveAxis(int source, int destination) {
    return Rearrange.moveAxis(this, source, destination);
  }

  /** A new axis of extent one at each of those places of the result. */
  public Tensor expandDims(int... axes) {
    return Ops.expandDims(this, axes);
  }

  /** Drops axes of extent one: the given ones, or all. */
  public Tensor squeeze(int... axes) {
    return Ops.squeeze(this, axes);
  }

  /** Repeated along new leading axes and along axes of extent one. */
  public Tensor broadcastTo(long... shape) {
    return Ops.broadcastTo(this, Shape.of(shape));
  }

  /** Repeated along new leading axes and along axes of extent one. */
  public Tensor broadcastTo(Shape shape) {
    return Ops.broadcastTo(this, shape);
  }

  /** Parts of the given extent along an axis; the last may be shorter. */
  public List<Tensor> split(long extent, int axis) {
    return Rearrange.split(this, extent, axis);
  }

  /** Parts of the given extents along an axis. */
  public List<Tensor> split(long[] extents, int axis) {
    return Movement.split(this, extents, axis);
  }

  /** At most that many equal parts along an axis; the last may be shorter. */
  public List<Tensor> chunk(long count, int axis) {
    return Rearrange.chunk(this, count, axis);
  }

  /** The slices along an axis, without it. */
  public List<Tensor> unstack(int axis) {
    return Rearrange.unstack(this, axis);
  }

  /** {@code length} neighbours along an axis. */
  public Tensor narrow(int axis, long start, long length) {
    return Rearrange.narrow(this, axis, start, length);
  }

  /** The whole repeated along each axis; more numbers than axes add leading axes. */
  public Tensor tile(long... reps) {
    return Rearrange.tile(this, reps);
  }

  /** Each slice along an axis repeated on the spot. */
  public Tensor repeatInterleave(long repeats, int axis) {
    return Rearrange.repeatInterleave(this, repeats, axis);
  }

  /** Each slice along an axis repeated as often as its number says. */
  public Tensor repeatInterleave(long[] repeats, int axis) {
    return Rearrange.repeatInterleave(this, repeats, axis);
  }

  /** Moved along an axis; what leaves at one end enters at the other. */
  public Tensor roll(long shift, int axis) {
    return Rearrange.roll(this, shift, axis);
  }

  /** Axes reversed; without axes all of them. */
  public Tensor flip(int... axes) {
    return Ops.flip(this, axes);
  }

  /** A value before and after the elements of each axis. */
  public Tensor pad(long[] low, long[] high, double value) {
    return Movement.pad(this, low, high, value);
  }

  /** Borders that mirror the inside without its edge. */
  public Tensor padReflect(long[] low, long[] high) {
    return Rearrange.padReflect(this, low, high);
  }

  /** Borders that repeat the edge. */
  public Tensor padReplicate(long[] low, long[] high) {
    return Rearrange.padReplicate(this, low, high);
  }

  /** Borders that continue at the other end. */
  public Tensor padCircular(long[] low, long[] high) {
    return Rearrange.padCircular(this, low, high);
  }

  /** Zero above the given diagonal of the last two axes. */
  public Tensor tril(long diagonal) {
    return Rearrange.triangle(this, diagonal, true);
  }

  /** Zero below the given diagonal of the last two axes. */
  public Tensor triu(long diagonal) {
    return Rearrange.triangle(this, diagonal, false);
  }

  /** A matrix with this vector on its diagonal, or the diagonal of this matrix. */
  public Tensor diag() {
    return Rearrange.diag(this);
  }

  /** A diagonal of the last two axes. */
  public Tensor diagonal(long offset) {
    return Rearrange.diagonal(this, offset);
  }

  /** The nearest values of another element type. */
  public Tensor cast(DType dtype) {
    return Ops.cast(this, dtype);
  }

  /** The same values, row-major and in memory of their own. */
  public Tensor copy() {
    return Join.unary(Prims.COPY, this);
  }

  // ---- choosing and placing ---------------------------------------------------------------------

  /** An index as NumPy takes it. */
  public Tensor get(Index... index) {
    return Indexing.get(this, index);
  }

  /** The slice at those places of the leading axes. */
  public Tensor at(long... places) {
    return Indexing.get(this, Arrays.stream(places).mapToObj(Index::at).toArray(Index[]::new));
  }

  /** A tensor like this with other values at an index, to whose shape they broadcast. */
  public Tensor replaced(Tensor value, Index... index) {
    return Indexing.replaced(this, value, index);
  }

  /** This where the condition holds, else other. */
  public Tensor where(Tensor condition, Tensor other) {
    return Ops.where(condition, this, other);
  }

  /** This where the condition holds, else a number. */
  public Tensor where(Tensor condition, double other) {
    return Elementwise.where(condition, this, other);
  }

  /** A number where the mask holds, else this. */
  public Tensor maskedFill(Tensor mask, double value) {
    return Elementwise.where(mask, value, this);
  }

  /** The elements where the mask holds, as a vector. */
  public Tensor maskedSelect(Tensor mask) {
    return Ordering.maskedSelect(this, mask);
  }

  /** Whole slices along an axis at indices of any shape. */
  public Tensor gather(Tensor indices, int axis) {
    return Ops.gather(this, indices, axis);
  }

  /** One element along an axis per index. */
  public Tensor gatherElements(int axis, Tensor indices) {
    return Ops.gatherElements(this, axis, indices);
  }

  /** Slices at index vectors: this [d1..dk, rest], indices [batch, k], result [batch, rest]. */
  public Tensor gatherNd(Tensor indices) {
    return Scattering.gatherNd(this, indices);
  }

  /** Single elements along an axis replaced; where two meet, the later one stays. */
  public Tensor scatter(int axis, Tensor indices, Tensor updates) {
    return Scattering.scatter(this, axis, indices, updates, Scattering.Combine.UPDATE);
  }

  /** Single elements along an axis added. */
  public Tensor scatterAdd(int axis, Tensor indices, Tensor updates) {
    return Scattering.scatter(this, axis, indices, updates, Scattering.Combine.ADD);
  }

  /** Slices at index vectors added: indices [batch, k], updates [batch, rest]. */
  public Tensor tensorScatterAdd(Tensor indices, Tensor updates) {
    return Scattering.scatterNd(this, indices, updates, Scattering.Combine.ADD);
  }

  /** Slices at index vectors subtracted: indices [batch, k], updates [batch, rest]. */
  public Tensor tensorScatterSub(Tensor indices, Tensor updates) {
    return Scattering.scatterNd(this, indices, updates, Scattering.Combine.SUB);
  }

  /**
   * Slices at index vectors put in; where two meet, the later one stays: indices [batch, k],
   * updates [batch, rest].
   */
  public Tensor tensorScatterUpdate(Tensor indices, Tensor updates) {
    return Scattering.scatterNd(this, indices, updates, Scattering.Combine.UPDATE);
  }

  /** Slices at index vectors multiplied in: indices [batch, k], updates [batch, rest]. */
  public Tensor tensorScatterMul(Tensor indices, Tensor updates) {
    return Scattering.scatterNd(this, indices, updates, Scattering.Combine.MUL);
  }

  /** Slices at index vectors divided by: indices [batch, k], updates [batch, rest]. */
  public Tensor tensorScatterDiv(Tensor indices, Tensor updates) {
    return Scattering.scatterNd(this, indices, updates, Scattering.Combine.DIV);
  }

  /**
   * Slices at index vectors put in where they are larger: indices [batch, k], updates [batch,
   * rest].
   */
  public Tensor tensorScatterMax(Tensor indices, Tensor updates) {
    return Scattering.scatterNd(this, indices, updates, Scattering.Combine.MAX);
  }

  /**
   * Slices at index vectors put in where they are smaller: indices [batch, k], updates [batch,
   * rest].
   */
  public Tensor tensorScatterMin(Tensor indices, Tensor updates) {
    return Scattering.scatterNd(this, indices, updates, Scattering.Combine.MIN);
  }

  /** Sums of slices with the same id: [numSegments, rest]; negative ids are left out. */
  public Tensor unsortedSegmentSum(Tensor ids, long numSegments) {
    return Scattering.segmentSum(this, ids, numSegments);
  }

  /** These indices as rows of zeros and a one, float32, on a new last axis. */
  public Tensor oneHot(long depth) {
    return Ops.oneHot(this, depth, 1, 0, DType.FLOAT32);
  }

  /**
   * Ascending (or descending) along an axis, and where each element was; equal ones keep their
   * order, NaN is the largest.
   */
  public Pair<Tensor, Tensor> sort(int axis, boolean descending) {
    return Ordering.sort(this, axis, descending);
  }

  /** The places that sort this along an axis, int64. */
  public Tensor argsort(int axis, boolean descending) {
    return Ordering.sort(this, axis, descending).second();
  }

  /** The k largest along an axis in descending order, and their places. */
  public Pair<Tensor, Tensor> topk(long k, int axis) {
    return Ordering.topk(this, k, axis, true);
  }

  /** The k largest (or smallest) along an axis in order, and their places. */
  public Pair<Tensor, Tensor> topk(long k, int axis, boolean largest) {
    return Ordering.topk(this, k, axis, largest);
  }

  /** The distinct elements, ascending, and the number of its equal for each element. */
  public Pair<Tensor, Tensor> unique() {
    return Ordering.unique(this);
  }

  /** Coordinates of the elements that are not zero: int64 [count, rank]. */
  public Tensor nonzero() {
    return Ordering.nonzero(this);
  }

  // ---- values -----------------------------------------------------------------------------------

  /** The only element, as a double. */
  public double item() {
    return HostExport.item(this);
  }

  /** The only element of an integer or bool tensor. */
  public long itemLong() {
    return HostExport.itemLong(this);
  }

  /** Whether the only element differs from zero. */
  public boolean itemBoolean() {
    return item() != 0;
  }

  /**
   * Nested Java arrays, or a boxed value of a scalar: bool as {@code boolean}, uint8 as {@code
   * short}, the half types as {@code float}.
   */
  public Object toArray() {
    return HostExport.nested(this);
  }

  /** The elements, row-major; wider types are rounded. */
  public float[] toFloatArray() {
    return HostExport.toFloats(this);
  }

  /** The elements, row-major. */
  public double[] toDoubleArray() {
    return HostExport.toDoubles(this);
  }

  /** The elements of an integer or bool tensor, row-major. */
  public long[] toLongArray() {
    return HostExport.toLongs(this);
  }

  /**
   * The elements of an integer or bool tensor, row-major; an int64 that does not fit is an error.
   */
  public int[] toIntArray() {
    return HostExport.toInts(this);
  }

  /** The elements of types of up to 16 bits; for float16 and bfloat16 their bit patterns. */
  public short[] toShortArray() {
    return HostExport.toShorts(this);
  }

  /** The elements of an 8-bit or bool tensor; uint8 above 127 comes out negative. */
  public byte[] toByteArray() {
    return HostExport.toBytes(this);
  }

  /** The elements of a bool tensor. */
  public boolean[] toBooleanArray() {
    return HostExport.toBooleans(this);
  }

  /** Whether {@code |this - y| <= 1e-8 + 1e-5 |y|} everywhere. */
  public boolean allClose(Tensor y) {
    return HostExport.allClose(this, y, 1e-5, 1e-8, false);
  }

  /** Whether {@code |this - y| <= atol + rtol |y|} everywhere; NaN is close to nothing. */
  public boolean allClose(Tensor y, double rtol, double atol) {
    return HostExport.allClose(this, y, rtol, atol, false);
  }

  /** The same; with {@code equalNan} NaN is close to NaN. */
  public boolean allClose(Tensor y, double rtol, double atol, boolean equalNan) {
    return HostExport.allClose(this, y, rtol, atol, equalNan);
  }

  /** Whether shape, element type and all bits are the same. */
  public boolean sameAs(Tensor y) {
    return HostExport.same(this, y);
  }

  /**
   * As MindSpore writes a tensor inside a tuple: {@code Tensor(shape=[2], dtype=Int32, value= [1,
   * 2])}.
   */
  public String repr() {
    return isShown() ? ReprPrinter.print(this) : hiddenText();
  }

  /** The elements as NumPy prints them; reading them waits for what computes them. */
  @Override
  public String toString() {
    return isShown() ? Printer.print(this) : hiddenText();
  }

  private boolean isShown() {
    return isOpen() && Interpreters.isReadable(this);
  }

  private boolean isOpen() {
    return ((Lease) Interpreters.lowerToRoot(this).payload()).isOpen();
  }

  /** Printing serves debuggers: it describes a tensor that cannot be read instead of failing. */
  private String hiddenText() {
    return "Tensor(" + type + (isOpen() ? ", one of several in " + owner + ")" : ", closed)");
  }
}
