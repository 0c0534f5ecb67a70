package dev.mycel.core;

import java.util.Arrays;

/** Axes of reductions: normalised, sorted, checked; kept axes are put back as a view. */
final class Reductions {
  private Reductions() {}

  static Tensor reduce(Primitive<Attrs.Axes> p, Tensor x, boolean keepDims, int... axes) {
    int[] sorted = axes(x.shape(), p.name(), axes);
    Tensor in = Join.input(p, x);
    if (sorted.length == 0) {
      return in;
    }
    Tensor reduced = Interpreters.bind(p, new Attrs.Axes(sorted), in);
    return keepDims ? kept(reduced, x.shape(), sorted) : reduced;
  }

  /** The result of a reduction with its axes back as extents of one. */
  private static Tensor kept(Tensor reduced, Shape from, int... sorted) {
    long[] dims = from.dims();
    for (int a : sorted) {
      dims[a] = 1;
    }
    return Interpreters.bind(Prims.RESHAPE, new Attrs.To(Shape.of(dims)), reduced);
  }

  /** Distinct axes counted from the front, ascending; all of them if none is named. */
  static int[] axes(Shape shape, String op, int... axes) {
    if (axes.length == 0) {
      int[] all = new int[shape.rank()];
      Arrays.setAll(all, i -> i);
      return all;
    }
    int[] sorted = new int[axes.length];
    for (int i = 0; i < axes.length; i++) {
      sorted[i] = shape.axis(axes[i], op);
    }
    Arrays.sort(sorted);
    for (int i = 1; i < sorted.length; i++) {
      if (sorted[i] == sorted[i - 1]) {
        throw new ShapeException(
            Messages.of(op + ": axis " + sorted[i] + " is named twice")
                .line("axes ", Arrays.toString(axes))
                .line("shape", shape)
                .text());
      }
    }
    return sorted;
  }

  /** Number of elements that each result of a reduction over those axes takes in. */
  static double count(Shape shape, int... axes) {
    double n = 1;
    for (int a : axes(shape, "mean", axes)) {
      n *= shape.dim(a);
    }
    return n;
  }

  /** Sums and products of bool and integers are int64. */
  static Tensor wide(Tensor x) {
    return x.dtype().isFloat() ? x : Join.to(DType.INT64, x);
  }

  /** The mean; half types are summed and divided in float32, since their sums would overflow. */
  static Tensor mean(Tensor x, boolean keepDims, int... axes) {
    Tensor f = Join.input(Prims.REDUCE_SUM, Join.floating(x));
    int[] sorted = axes(x.shape(), "mean", axes);
    if (sorted.length == 0) {
      return f;
    }
    // Bound without the precision in force, which would round the sum before the division.
    DType wide = f.dtype().accumulator();
    Tensor s = Interpreters.bind(Prims.REDUCE_SUM, new Attrs.Axes(sorted), Join.to(wide, f));
    Tensor n = Join.to(s.shape(), Ops.scalar(count(x.shape(), sorted), wide));
    Tensor m = Join.to(f.dtype(), Interpreters.bind(Prims.DIV, None.NONE, s, n));
    return keepDims ? kept(m, x.shape(), sorted) : m;
  }

  /** The variance with {@code n - ddof} as divisor. */
  static Tensor var(Tensor x, int ddof, boolean keepDims, int... axes) {
    Tensor f = Join.floating(x);
    DType result = f.dtype();
    Tensor w = Join.to(result.accumulator(), f);
    Tensor centred = w.sub(mean(w, true, axes));
    Tensor s = reduce(Prims.REDUCE_SUM, centred.mul(centred), keepDims, axes);
    Tensor v = s.div(count(x.shape(), axes) - ddof);
    return Precision.current() == Precision.NONE ? Join.to(result, v) : v;
  }

  /** {@code log(sum(exp(x)))} with the largest element taken out, so that nothing overflows. */
  static Tensor logSumExp(Tensor x, boolean keepDims, int... axes) {
    Tensor f = Join.floating(x);
    int[] sorted = axes(x.shape(), "logSumExp", axes);
    Tensor top = reduce(Prims.REDUCE_MAX, f, true, sorted);
    // An infinite maximum would make NaN of the difference.
    Tensor shift = Ops.where(Join.unary(Prims.IS_FINITE, top), top, Ops.zerosLike(top));
    Tensor s = reduce(Prims.REDUCE_SUM, f.sub(shift).exp(), true, sorted).log().add(shift);
    return keepDims ? s : Ops.reshape(s, Rules.dropped(x.shape(), sorted).rawDims());
  }

  /**
   * The p-norm over axes. The derivative of the two-norm at zero is zero, as in PyTorch.
   *
   * @param ord 0 counts what is not zero; infinities give the largest and the least magnitude
   */
  static Tensor norm(Tensor x, double ord, boolean keepDims, int... axes) {
    Tensor a = Join.floating(x).abs();
    if (ord == Double.POSITIVE_INFINITY) {
      return reduce(Prims.REDUCE_MAX, a, keepDims, axes);
    } else if (ord == Double.NEGATIVE_INFINITY) {
      return reduce(Prims.REDUCE_MIN, a, keepDims, axes);
    } else if (ord == 0) {
      return Join.to(a.dtype(), countNonzero(a, keepDims, axes));
    } else if (ord == 1) {
      return reduce(Prims.REDUCE_SUM, a, keepDims, axes);
    } else if (Double.isNaN(ord)) {
      throw new ArgumentException("norm: the order is NaN");
    }
    Tensor powers = ord == 2 ? Join.unary(Prims.SQUARE, a) : a.pow(ord);
    Tensor s = reduce(Prims.REDUCE_SUM, powers, keepDims, axes);
    Tensor zero = Join.weak(Prims.EQ, s, 0);
    Tensor safe = Elementwise.where(zero, 1, s);
    Tensor root = ord == 2 ? safe.sqrt() : safe.pow(1 / ord);
    return ord > 0 ? Elementwise.where(zero, 0, root) : root;
  }

  static Tensor any(Tensor x, boolean keepDims, int... axes) {
    return countNonzero(x, keepDims, axes).gt(0);
  }

  static Tensor all(Tensor x, boolean keepDims, int... axes) {
    Tensor zeros = Join.unary(Prims.NOT, Elementwise.truth(x));
    return Join.weak(Prims.EQ, countNonzero(zeros, keepDims, axes), 0);
  }

  static Tensor countNonzero(Tensor x, boolean keepDims, int... axes) {
    return reduce(Prims.REDUCE_SUM, Join.to(DType.INT64, Elementwise.truth(x)), keepDims, axes);
  }

  static Tensor arg(Primitive<Attrs.Axis> p, Tensor x, int axis, boolean keepDims) {
    int a = x.shape().axis(axis, p.name());
    Tensor places = Interpreters.bind(p, new Attrs.Axis(a), x);
    return keepDims ? kept(places, x.shape(), a) : places;
  }

  /** The place of the extreme among all elements in row-major order. */
  static Tensor argOfAll(Primitive<Attrs.Axis> p, Tensor x) {
    return arg(p, Ops.reshape(x, x.size()), 0, false);
  }

  static Tensor cumsum(Tensor x, int axis) {
    Attrs.Scan scan = new Attrs.Scan(x.shape().axis(axis, "cumsum"), false, false);
    return Interpreters.bind(Prims.CUMSUM, scan, Join.input(Prims.CUMSUM, wide(x)));
  }

  /** Running products by doubling the reach in each of log2(n) steps (Hillis and Steele, 1986). */
  static Tensor cumprod(Tensor x, int axis) {
    int a = x.shape().axis(axis, "cumprod");
    Tensor product = wide(x);
    long n = x.shape().rawDims()[a];
    for (long reach = 1; reach < n; reach *= 2) {
      long[] low = new long[x.rank()];
      low[a] = reach;
      Tensor earlier =
          Movement.pad(Movement.narrow(product, a, 0, n - reach), low, new long[x.rank()], 1);
      product = product.mul(earlier);
    }
    return product;
  }
}
