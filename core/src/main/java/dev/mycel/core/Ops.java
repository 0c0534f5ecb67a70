package dev.mycel.core;

import static dev.mycel.core.None.NONE;

import java.util.Arrays;
import java.util.List;

/**
 * The operations as free functions, to be imported statically. Each checks its arguments, joins
 * element types and shapes by NumPy's rules, and binds a primitive. {@link Tensor} offers most of
 * them as methods.
 *
 * <p>Axes may be negative: they count from the end.
 */
public final class Ops {
  private Ops() {}

  // ---- creation ---------------------------------------------------------------------------------

  /** A scalar of that type. */
  public static Tensor scalar(double value, DType dtype) {
    Checks.notNull(dtype, "scalar", "the dtype");
    Checks.fits("scalar", value, dtype);
    return Interpreters.root().fromHost(Host.single(value, dtype), dtype, Shape.scalar());
  }

  /** Zeros of float32. */
  public static Tensor zeros(long... shape) {
    return zeros(Shape.of(shape), DType.FLOAT32);
  }

  /** Zeros. */
  public static Tensor zeros(Shape shape, DType dtype) {
    return full(shape, 0, dtype);
  }

  /** Zeros of the shape and dtype of another tensor. */
  public static Tensor zerosLike(Tensor x) {
    return broadcastTo(scalar(0, x.dtype()), x.shape());
  }

  /** Ones of float32. */
  public static Tensor ones(long... shape) {
    return ones(Shape.of(shape), DType.FLOAT32);
  }

  /** Ones. */
  public static Tensor ones(Shape shape, DType dtype) {
    return full(shape, 1, dtype);
  }

  /** Ones of the shape and dtype of another tensor. */
  public static Tensor onesLike(Tensor x) {
    return broadcastTo(scalar(1, x.dtype()), x.shape());
  }

  /** One value everywhere. */
  public static Tensor full(Shape shape, double value, DType dtype) {
    Checks.notNull(shape, "full", "the shape");
    Checks.notNull(dtype, "full", "the dtype");
    Checks.fits("full", value, dtype);
    return Interpreters.bind(Prims.FULL, new Attrs.Full(shape, dtype, value, Host.whole(value)));
  }

  /** Integers {@code 0, 1, ..., end - 1} as int64. */
  public static Tensor arange(long end) {
    return arange(0, end, 1, DType.INT64);
  }

  /** {@code start, start + step, ...} as long as it is before {@code end}. */
  public static Tensor arange(double start, double end, double step, DType dtype) {
    if (step == 0 || Double.isNaN(step) || !Double.isFinite(start) || !Double.isFinite(end)) {
      throw new ArgumentException(
          Messages.of("arange: the range is not finite or the step is zero")
              .line("start", start)
              .line("end  ", end)
              .line("step ", step)
              .text());
    }
    long size = (long) Math.max(0, Math.ceil((end - start) / step));
    return Interpreters.bind(Prims.IOTA, new Attrs.Iota(size, dtype, start, step));
  }

  /** {@code count} numbers at equal distances from {@code start} to {@code end}, both included. */
  public static Tensor linspace(double start, double end, long count, DType dtype) {
    if (count < 0) {
      throw new ArgumentException("linspace: count must not be negative, got " + count);
    }
    double step = count > 1 ? (end - start) / (count - 1) : 0;
    return Interpreters.bind(Prims.IOTA, new Attrs.Iota(count, dtype, start, step));
  }

  /** A matrix of float32 with ones on the diagonal. */
  public static Tensor eye(long n) {
    return eye(n, n, DType.FLOAT32);
  }

  /** A matrix with ones on the diagonal. */
  public static Tensor eye(long rows, long columns, DType dtype) {
    Checks.notNegative("eye", "rows", rows);
    Checks.notNegative("eye", "columns", columns);
    Tensor r = expandDims(arange(rows), 1);
    return cast(equal(r, expandDims(arange(columns), 0)), dtype);
  }

  // ---- elementwise ------------------------------------------------------------------------------

  /** x + y. */
  public static Tensor add(Tensor x, Tensor y) {
    return x.dtype() == DType.BOOL && y.dtype() == DType.BOOL
        ? Join.binary(Prims.OR, x, y)
        : Join.binary(Prims.ADD, x, y);
  }

  /** x - y. */
  public static Tensor sub(Tensor x, Tensor y) {
    return Join.binary(Prims.SUB, x, y);
  }

  /** x * y. */
  public static Tensor mul(Tensor x, Tensor y) {
    return x.dtype() == DType.BOOL && y.dtype() == DType.BOOL
        ? Join.binary(Prims.AND, x, y)
        : Join.binary(Prims.MUL, x, y);
  }

  /** x / y; integers are divided as float32. */
  public static Tensor div(Tensor x, Tensor y) {
    return Join.floatBinary(Prims.DIV, x, y);
  }

  /** floor(x / y). */
  public static Tensor floorDiv(Tensor x, Tensor y) {
    return Join.binary(Prims.FLOOR_DIV, x, y);
  }

  /** The remainder with the sign of y. */
  public static Tensor floorMod(Tensor x, Tensor y) {
    return Join.binary(Prims.FLOOR_MOD, x, y);
  }

  /** The remainder with the sign of x. */
  public static Tensor fmod(Tensor x, Tensor y) {
    return Join.binary(Prims.FMOD, x, y);
  }

  /** x to the power y. */
  public static Tensor pow(Tensor x, Tensor y) {
    return Join.binary(Prims.POW, x, y);
  }

  /** The larger of each pair; NaN if either is. */
  public static Tensor maximum(Tensor x, Tensor y) {
    return Join.binary(Prims.MAX, x, y);
  }

  /** The smaller of each pair; NaN if either is. */
  public static Tensor minimum(Tensor x, Tensor y) {
    return Join.binary(Prims.MIN, x, y);
  }

  /** The angle of the point (x, y). */
  public static Tensor atan2(Tensor y, Tensor x) {
    return Join.floatBinary(Prims.ATAN2, y, x);
  }

  /** x == y, as bool. */
  public static Tensor equal(Tensor x, Tensor y) {
    return Join.binary(Prims.EQ, x, y);
  }

  /** x where the condition holds, else y. */
  public static Tensor where(Tensor condition, Tensor x, Tensor y) {
    Checks.notNull(condition, "where", "the condition");
    Checks.notNull(x, "where", "x");
    Checks.notNull(y, "where", "y");
    DType joined = Context.current().precision.target(Prims.SELECT, x.dtype().join(y.dtype()));
    Shape shape = x.shape().broadcast(y.shape(), "where").broadcast(condition.shape(), "where");
    return Interpreters.bind(
        Prims.SELECT,
        NONE,
        Join.to(shape, condition),
        Join.to(shape, Join.to(joined, x)),
        Join.to(shape, Join.to(joined, y)));
  }

  /** A number where the condition holds, else y. */
  public static Tensor where(Tensor condition, double x, Tensor y) {
    return Elementwise.where(condition, x, y);
  }

  /** x where the condition holds, else a number. */
  public static Tensor where(Tensor condition, Tensor x, double y) {
    return Elementwise.where(condition, x, y);
  }

  /** The nearest values of another element type; floats become integers towards zero. */
  public static Tensor cast(Tensor x, DType dtype) {
    return Join.to(dtype, x);
  }

  /** max(x, 0). */
  public static Tensor relu(Tensor x) {
    return Join.unary(Prims.RELU, x);
  }

  /** Gaussian error linear unit, in the tanh form if {@code approximate}. */
  public static Tensor gelu(Tensor x, boolean approximate) {
    Tensor in = Join.input(Prims.GELU, Join.floating(x));
    return Join.output(Prims.GELU, Interpreters.bind(Prims.GELU, new Attrs.Gelu(approximate), in));
  }

  /**
   * Cross entropy of each probability in [0, 1] with its target, of one shape: {@code -(t log p +
   * (1 - t) log(1 - p))}. Logarithms are not taken below -100, so that p = 0 and p = 1 stay finite.
   */
  public static Tensor binaryCrossEntropy(Tensor p, Tensor target) {
    Tensor in = Join.input(Prims.BINARY_CROSS_ENTROPY, Join.floating(p));
    return Interpreters.bind(Prims.BINARY_CROSS_ENTROPY, NONE, in, Join.to(in.dtype(), target));
  }

  // ---- contraction ------------------------------------------------------------------------------

  /**
   * Matrix product over the last two axes; leading axes broadcast; a vector is a row on the left
   * and a column on the right.
   */
  public static Tensor matmul(Tensor x, Tensor y) {
    Checks.notNull(x, "matmul", "x");
    Checks.notNull(y, "matmul", "y");
    if (x.shape().rank() == 0 || y.shape().rank() == 0) {
      throw new ShapeException(
          Messages.of("matmul: a scalar has no axes to contract")
              .line("left ", x.shape())
              .line("right", y.shape())
              .hint("use mul")
              .text());
    }
    DType joined =
        Join.floating(x).dtype().isFloat() && (x.dtype().isFloat() || y.dtype().isFloat())
            ? Context.current().precision.target(Prims.MATMUL, x.dtype().join(y.dtype()))
            : x.dtype().join(y.dtype());
    return Join.output(Prims.MATMUL, Contractions.matmul(Join.to(joined, x), Join.to(joined, y)));
  }

  /** {@code x w^T}: x [..., in], w [out, in]. */
  public static Tensor linear(Tensor x, Tensor w) {
    Tensor in = Join.input(Prims.LINEAR, x);
    return Join.output(
        Prims.LINEAR, Interpreters.bind(Prims.LINEAR, NONE, in, Join.input(Prims.LINEAR, w)));
  }

  /** {@code x w^T + b}: x [..., in], w [out, in], b [out]. */
  public static Tensor linear(Tensor x, Tensor w, Tensor b) {
    Tensor in = Join.input(Prims.LINEAR, x);
    Tensor weight = Join.input(Prims.LINEAR, w);
    return Join.output(
        Prims.LINEAR,
        Interpreters.bind(Prims.LINEAR, NONE, in, weight, Join.input(Prims.LINEAR, b)));
  }

  /**
   * {@code softmax(q k^T / sqrt(D)) v}: attention without a mask.
   *
   * @param query [..., T, D]
   * @param key [..., S, D]
   * @param value [..., S, E]
   * @param causal whether query i sees only the keys 0 to i
   * @return [..., T, E]
   */
  public static Tensor scaledDotProductAttention(
      Tensor query, Tensor key, Tensor value, boolean causal) {
    double scale = 1 / Math.sqrt(Math.max(Checks.notNull(query, "attention", "query").dim(-1), 1));
    return Attention.attend(query, key, value, null, causal, scale);
  }

  /**
   * {@code softmax(scale q k^T + mask) v}.
   *
   * @param query [..., T, D]
   * @param key [..., S, D]
   * @param value [..., S, E]
   * @param mask broadcasts to [..., T, S]; bool: true where a query may look; floats are added to
   *     the scores; null for none
   * @param causal whether query i sees only the keys 0 to i, besides the mask
   * @param scale what scores are multiplied by, {@code 1 / sqrt(D)} as a rule
   * @return [..., T, E]
   */
  public static Tensor scaledDotProductAttention(
      Tensor query,
      Tensor key,
      Tensor value,
      @org.jspecify.annotations.Nullable Tensor mask,
      boolean causal,
      double scale) {
    return Attention.attend(query, key, value, mask, causal, scale);
  }

  /** Cross-correlation of x [N, C, spatial...] with w [O, C / groups, kernel...]. */
  public static Tensor conv(Tensor x, Tensor w, Attrs.Conv attrs) {
    Tensor in = Join.input(Prims.CONV, x);
    return Join.output(
        Prims.CONV, Interpreters.bind(Prims.CONV, attrs, in, Join.input(Prims.CONV, w)));
  }

  /** The same with a bias [O]. */
  public static Tensor conv(Tensor x, Tensor w, Tensor bias, Attrs.Conv attrs) {
    Tensor in = Join.input(Prims.CONV, x);
    Tensor weight = Join.input(Prims.CONV, w);
    return Join.output(
        Prims.CONV, Interpreters.bind(Prims.CONV, attrs, in, weight, Join.input(Prims.CONV, bias)));
  }

  // ---- normalisation, softmax, losses -----------------------------------------------------------

  /** exp(x) over its sum along an axis. */
  public static Tensor softmax(Tensor x, int axis) {
    return alongAxis(Prims.SOFTMAX, x, axis);
  }

  /** Logarithm of softmax along an axis. */
  public static Tensor logSoftmax(Tensor x, int axis) {
    return alongAxis(Prims.LOG_SOFTMAX, x, axis);
  }

  private static Tensor alongAxis(Primitive<Attrs.Axis> p, Tensor x, int axis) {
    Tensor in = Join.input(p, Join.floating(x));
    Attrs.Axis attrs = new Attrs.Axis(x.shape().axis(axis, p.name()));
    return Join.output(p, Interpreters.bind(p, attrs, in));
  }

  /** Cross entropy of each row of logits [N, C] with its label [N], from 0 to C - 1; result [N]. */
  public static Tensor softmaxCrossEntropy(Tensor logits, Tensor labels) {
    return Interpreters.bindAll(
        Prims.SOFTMAX_CROSS_ENTROPY, NONE, Join.input(Prims.SOFTMAX_CROSS_ENTROPY, logits), labels)[
        0];
  }

  // ---- movement ---------------------------------------------------------------------------------

  /**
   * The same elements under another shape; one extent may be -1 and is then found from the others.
   */
  public static Tensor reshape(Tensor x, long... shape) {
    return Movement.reshape(x, shape);
  }

  /** Axes in another order; without an order they are reversed. */
  public static Tensor transpose(Tensor x, int... order) {
    return Movement.transpose(x, order);
  }

  /** Exchanges two axes. */
  public static Tensor swapAxes(Tensor x, int a, int b) {
    return Rearrange.swapAxes(x, a, b);
  }

  /** Repeats along new leading axes and along axes of extent one. */
  public static Tensor broadcastTo(Tensor x, Shape shape) {
    return Join.to(shape, x);
  }

  /** A new axis of extent one before {@code axis}. */
  public static Tensor expandDims(Tensor x, int... axes) {
    return Movement.expandDims(x, axes);
  }

  /** Drops axes of extent one: the given ones, or all. */
  public static Tensor squeeze(Tensor x, int... axes) {
    return Movement.squeeze(x, axes);
  }

  /** Joins along an existing axis. */
  public static Tensor concat(List<Tensor> parts, int axis) {
    return Movement.concat(parts, axis);
  }

  /** Joins along a new axis. */
  public static Tensor stack(List<Tensor> parts, int axis) {
    return Movement.stack(parts, axis);
  }

  /** Cuts into parts of the given extents along an axis. */
  public static List<Tensor> split(Tensor x, long[] extents, int axis) {
    return Movement.split(x, extents, axis);
  }

  /** Reverses axes; without axes all of them. */
  public static Tensor flip(Tensor x, int... axes) {
    return Movement.flip(x, axes);
  }

  /** Puts a value before and after the elements of each axis. */
  public static Tensor pad(Tensor x, long[] low, long[] high, double value) {
    return Movement.pad(x, low, high, value);
  }

  // ---- reductions -------------------------------------------------------------------------------

  /** Sum over axes (all if none is named). */
  public static Tensor sum(Tensor x, boolean keepDims, int... axes) {
    return Reductions.reduce(Prims.REDUCE_SUM, Reductions.wide(x), keepDims, axes);
  }

  /** Mean over axes (all if none is named); integers are averaged as float32. */
  public static Tensor mean(Tensor x, boolean keepDims, int... axes) {
    return Reductions.mean(x, keepDims, axes);
  }

  /** Largest over axes (all if none is named). */
  public static Tensor max(Tensor x, boolean keepDims, int... axes) {
    return Reductions.reduce(Prims.REDUCE_MAX, x, keepDims, axes);
  }

  /** Smallest over axes (all if none is named). */
  public static Tensor min(Tensor x, boolean keepDims, int... axes) {
    return Reductions.reduce(Prims.REDUCE_MIN, x, keepDims, axes);
  }

  // ---- indexing ---------------------------------------------------------------------------------

  /** Whole slices along an axis, chosen by int32 or int64 indices of any shape. */
  public static Tensor gather(Tensor x, Tensor indices, int axis) {
    return Interpreters.bind(
        Prims.TAKE,
        new Attrs.Axis(x.shape().axis(axis, "gather")),
        Join.input(Prims.TAKE, x),
        indices);
  }

  /**
   * One element along an axis per index; the indices' other extents may be less than the input's.
   */
  public static Tensor gatherElements(Tensor x, int axis, Tensor indices) {
    int a = x.shape().axis(axis, "gatherElements");
    Tensor reached = Scattering.reached("gatherElements", x, indices.shape(), a);
    return Interpreters.bind(
        Prims.TAKE_ALONG, new Attrs.Axis(a), Join.input(Prims.TAKE_ALONG, reached), indices);
  }

  /**
   * The score of each label's class: scores {@code [N, C, ...]} with the classes on that axis and
   * labels {@code [N, ...]} give {@code [N, ...]}. A label below zero is refused: it is no index.
   */
  public static Tensor pickClasses(Tensor scores, int axis, Tensor labels) {
    Rules.requireIndices("pickClasses", labels.type());
    return Labels.pick("pickClasses", scores, scores.shape().axis(axis, "pickClasses"), labels);
  }

  /** Sums of slices with the same id: x [ids' shape, rest], result [numSegments, rest]. */
  public static Tensor unsortedSegmentSum(Tensor x, Tensor ids, long numSegments) {
    return Scattering.segmentSum(x, ids, numSegments);
  }

  /** Indices as rows on a new last axis: {@code on} at the index, {@code off} elsewhere. */
  public static Tensor oneHot(Tensor indices, long depth, double on, double off, DType dtype) {
    Rules.requireIndices("oneHot", indices.type());
    Checks.notNegative("oneHot", "depth", depth);
    Tensor places = arange(0, depth, 1, indices.dtype());
    Tensor hit = equal(expandDims(indices, -1), places);
    return where(hit, scalar(on, dtype), scalar(off, dtype));
  }

  // ---- several tensors --------------------------------------------------------------------------

  /**
   * Einstein's summation, for example {@code einsum("bij,bjk->bik", x, y)}. Letters that the result
   * does not name are summed, a letter twice in one operand takes its diagonal, three dots stand
   * for axes that broadcast.
   */
  public static Tensor einsum(String equation, Tensor... operands) {
    return Einsum.einsum(equation, operands);
  }

  /** Sums the products over pairs of axes; the rest of x's axes come first in the result. */
  public static Tensor tensorDot(Tensor x, Tensor y, int[] axesX, int[] axesY) {
    return Contractions.tensorDot(x, y, axesX, axesY);
  }

  /** Sums the products over the last {@code axes} axes of x and the first ones of y. */
  public static Tensor tensorDot(Tensor x, Tensor y, int axes) {
    if (axes < 0 || axes > Math.min(x.rank(), y.rank())) {
      throw new ArgumentException("tensorDot: " + axes + " axes do not fit the operands");
    }
    int[] last = new int[axes];
    Arrays.setAll(last, i -> x.rank() - axes + i);
    return Contractions.tensorDot(x, y, last, Rearrange.natural(axes));
  }

  /** Joins along an existing axis. */
  public static Tensor concat(int axis, Tensor... parts) {
    return Movement.concat(List.of(parts), axis);
  }

  /** Joins along a new axis. */
  public static Tensor stack(int axis, Tensor... parts) {
    return Movement.stack(List.of(parts), axis);
  }

  /** One value everywhere, of the shape and dtype of another tensor. */
  public static Tensor fullLike(Tensor x, double value) {
    return broadcastTo(scalar(value, x.dtype()), x.shape());
  }

  /** Integers {@code start, ..., end - 1} as int64. */
  public static Tensor arange(long start, long end) {
    return arange(start, end, 1, DType.INT64);
  }

  /** x != y, as bool. */
  public static Tensor notEqual(Tensor x, Tensor y) {
    return Join.binary(Prims.NE, x, y);
  }
}
