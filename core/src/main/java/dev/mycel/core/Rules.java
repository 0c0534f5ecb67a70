package dev.mycel.core;

import java.util.Arrays;

/**
 * Type rules shared by the declarations in {@link Prims}: each checks its inputs and gives the
 * types of the results.
 */
final class Rules {
  private Rules() {}

  static <A> Primitive.TypeRule<A> floatUnary(String op) {
    return (attrs, in) -> {
      requireFloat(op, in[0]);
      return one(in[0]);
    };
  }

  static TensorType[] squareSum(None none, TensorType[] in) {
    requireFloat("square_sum", in[0]);
    return one(in[0].with(Shape.scalar()).with(in[0].dtype().accumulator()));
  }

  static <A> Primitive.TypeRule<A> numericUnary(String op) {
    return (attrs, in) -> {
      if (in[0].dtype() == DType.BOOL) {
        throw dtype(op, in[0], "use a numeric tensor, or cast it first");
      }
      return one(in[0]);
    };
  }

  static <A> Primitive.TypeRule<A> floatTest(String op) {
    return (attrs, in) -> {
      requireFloat(op, in[0]);
      return one(in[0].with(DType.BOOL));
    };
  }

  static <A> Primitive.TypeRule<A> numericBinary(String op) {
    return (attrs, in) -> {
      same(op, in);
      if (in[0].dtype() == DType.BOOL) {
        throw dtype(op, in[0], "use logical operations on bool tensors, or cast them first");
      }
      return one(in[0]);
    };
  }

  static <A> Primitive.TypeRule<A> floatBinary(String op) {
    return (attrs, in) -> {
      same(op, in);
      requireFloat(op, in[0]);
      return one(in[0]);
    };
  }

  static <A> Primitive.TypeRule<A> ordered(String op) {
    return (attrs, in) -> {
      same(op, in);
      return one(in[0]);
    };
  }

  static <A> Primitive.TypeRule<A> comparison(String op) {
    return (attrs, in) -> {
      same(op, in);
      return one(in[0].with(DType.BOOL));
    };
  }

  /** Bool and integers, for bitwise and logical operations of any number of inputs. */
  static <A> Primitive.TypeRule<A> bits(String op) {
    return (attrs, in) -> {
      same(op, in);
      if (in[0].dtype().isFloat()) {
        throw dtype(op, in[0], "use bool or integer tensors");
      }
      return one(in[0]);
    };
  }

  static <A> Primitive.TypeRule<A> integerBinary(String op) {
    return (attrs, in) -> {
      same(op, in);
      if (!in[0].dtype().isInteger()) {
        throw dtype(op, in[0], "use integer tensors");
      }
      return one(in[0]);
    };
  }

  static TensorType[] select(None none, TensorType[] in) {
    same("where", new TensorType[] {in[1], in[2]});
    if (in[0].dtype() != DType.BOOL) {
      throw dtype("where", in[0], "the condition must be bool; compare first, as in x.gt(0)");
    }
    requireShape("where", "condition", in[0], in[1].shape());
    return one(in[1]);
  }

  static TensorType[] reshape(Attrs.To to, TensorType[] in) {
    if (in[0].shape().size() != to.shape().size()) {
      throw new ShapeException(
          Messages.of("reshape: the number of elements differs")
              .line("from", in[0].shape() + " holds " + in[0].shape().size())
              .line("to  ", to.shape() + " holds " + to.shape().size())
              .text());
    }
    return one(in[0].with(to.shape()));
  }

  static TensorType[] transpose(Attrs.Permutation p, TensorType[] in) {
    Shape s = in[0].shape();
    if (p.perm().length != s.rank()) {
      throw new ShapeException(
          Messages.of("transpose: the order names " + p.perm().length + " axes")
              .line("shape", s)
              .line("order", Arrays.toString(p.perm()))
              .hint("name each of the " + s.rank() + " axes once")
              .text());
    }
    long[] dims = new long[s.rank()];
    for (int i = 0; i < dims.length; i++) {
      dims[i] = s.rawDims()[p.perm()[i]];
    }
    return one(in[0].with(Shape.of(dims)));
  }

  static TensorType[] broadcast(Attrs.To to, TensorType[] in) {
    Shape from = in[0].shape();
    Shape wide = to.shape();
    boolean fits = from.rank() <= wide.rank();
    for (int i = 1; fits && i <= from.rank(); i++) {
      long d = from.rawDims()[from.rank() - i];
      fits = d == 1 || d == wide.rawDims()[wide.rank() - i];
    }
    if (!fits) {
      throw new ShapeException(
          Messages.of("broadcastTo: the shape does not broadcast")
              .line("from", from)
              .line("to  ", wide)
              .hint("aligned at the last axis, extents must be equal or 1 in the source")
              .text());
    }
    return one(in[0].with(wide));
  }

  static TensorType[] slice(Attrs.Slice a, TensorType[] in) {
    Shape s = in[0].shape();
    for (int i = 0; i < s.rank(); i++) {
      long n = a.sizes().rawDims()[i];
      long last = a.starts()[i] + (n - 1) * a.steps()[i];
      if (a.steps()[i] < 1 || a.starts()[i] < 0 || (n > 0 && last >= s.rawDims()[i])) {
        throw new ShapeException(
            Messages.of("slice: axis " + i + " is left")
                .line("shape", s)
                .line("start", a.starts()[i])
                .line("step ", a.steps()[i])
                .line("count", n)
                .text());
      }
    }
    return one(in[0].with(a.sizes()));
  }

  static TensorType[] pad(Attrs.Pad p, TensorType[] in) {
    long[] dims = in[0].shape().dims();
    for (int i = 0; i < dims.length; i++) {
      long gaps = Math.max(dims[i] - 1, 0) * p.between()[i];
      dims[i] = dims[i] + gaps + p.low()[i] + p.high()[i];
      if (p.low()[i] < 0 || p.high()[i] < 0 || p.between()[i] < 0) {
        throw new ShapeException(
            Messages.of("pad: axis " + i + " has a negative width")
                .line("shape", in[0].shape())
                .line("low  ", Arrays.toString(p.low()))
                .line("high ", Arrays.toString(p.high()))
                .text());
      }
    }
    return one(in[0].with(Shape.of(dims)));
  }

  static TensorType[] concat(Attrs.Axis a, TensorType[] in) {
    long total = 0;
    for (int k = 0; k < in.length; k++) {
      TensorType t = in[k];
      boolean fits = t.shape().rank() == in[0].shape().rank() && t.dtype() == in[0].dtype();
      for (int i = 0; fits && i < t.shape().rank(); i++) {
        fits = i == a.axis() || t.shape().rawDims()[i] == in[0].shape().rawDims()[i];
      }
      if (!fits) {
        throw new ShapeException(
            Messages.of("concat: part " + k + " does not fit the first one")
                .line("first", in[0])
                .line("part " + k, t)
                .line("axis ", a.axis())
                .hint("all extents but that of the axis must be equal")
                .text());
      }
      total += t.shape().rawDims()[a.axis()];
    }
    return one(in[0].with(in[0].shape().with(a.axis(), total)));
  }

  static TensorType[] reduce(Attrs.Axes a, TensorType[] in) {
    return one(in[0].with(dropped(in[0].shape(), a.axes())));
  }

  static TensorType[] reduceExtreme(Attrs.Axes a, TensorType[] in) {
    Shape out = dropped(in[0].shape(), a.axes());
    if (in[0].shape().isEmpty() && !out.isEmpty()) {
      throw emptyExtreme("max/min", in[0].shape());
    }
    return one(in[0].with(out));
  }

  static ShapeException emptyExtreme(String op, Shape shape) {
    return new ShapeException(
        Messages.of(op + ": there is no extreme of no elements").line("shape", shape).text());
  }

  static TensorType[] argExtreme(Attrs.Axis a, TensorType[] in) {
    Shape out = in[0].shape().without(a.axis());
    if (in[0].shape().rawDims()[a.axis()] == 0 && !out.isEmpty()) {
      throw emptyExtreme("argmax/argmin", in[0].shape());
    }
    return one(in[0].with(out).with(DType.INT64));
  }

  static Shape dropped(Shape s, int[] axes) {
    long[] rest = new long[s.rank() - axes.length];
    int k = 0;
    int j = 0;
    for (int i = 0; i < s.rank(); i++) {
      if (j < axes.length && axes[j] == i) {
        j++;
      } else {
        rest[k++] = s.rawDims()[i];
      }
    }
    return Shape.of(rest);
  }

  static TensorType[] matmul(None none, TensorType[] in) {
    same("matmul", in[0].dtype(), in[1]);
    if (in[0].dtype() == DType.BOOL) {
      throw dtype("matmul", in[0], "cast the operands to a numeric type");
    }
    Shape a = in[0].shape();
    Shape b = in[1].shape();
    int r = a.rank();
    boolean fits = r >= 2 && b.rank() == r;
    for (int i = 0; fits && i < r - 2; i++) {
      fits = a.rawDims()[i] == b.rawDims()[i];
    }
    if (!fits) {
      throw new ShapeException(
          Messages.of("matmul: leading axes differ").line("left ", a).line("right", b).text());
    }
    if (a.rawDims()[r - 1] != b.rawDims()[r - 2]) {
      throw new ShapeException(
          Messages.of("matmul: inner axes differ")
              .line("left ", a + "  last axis is " + a.dim(-1))
              .line("right", b + "  second-to-last axis is " + b.dim(-2))
              .hint("a Dense weight is stored [out, in]; transpose it before the product")
              .text());
    }
    return one(in[0].with(a.with(r - 1, b.dim(-1))));
  }

  static TensorType[] linear(None none, TensorType[] in) {
    same("linear", in[0].dtype(), in[1]);
    Shape x = in[0].shape();
    Shape w = in[1].shape();
    if (x.rank() < 1 || w.rank() != 2 || x.dim(-1) != w.dim(1)) {
      throw new ShapeException(
          Messages.of("linear: the input does not fit the weight")
              .line("input ", x)
              .line("weight", w + "  [out, in]")
              .hint("the input's last axis must be the weight's second")
              .text());
    }
    if (in.length == 3) {
      same("linear", in[0].dtype(), in[2]);
      requireShape("linear", "bias", in[2], Shape.of(w.dim(0)));
    }
    return one(in[0].with(x.with(x.rank() - 1, w.dim(0))));
  }

  static TensorType[] split(Attrs.Split a, TensorType[] in) {
    Shape x = in[0].shape();
    TensorType[] parts = new TensorType[a.extents().length];
    long total = 0;
    boolean negative = false;
    for (int i = 0; i < parts.length; i++) {
      long extent = a.extents()[i];
      negative |= extent < 0;
      total += extent;
      parts[i] = in[0].with(x.with(a.axis(), Math.max(extent, 0)));
    }
    if (negative || total != x.dim(a.axis())) {
      throw new ShapeException(
          Messages.of("split: the extents do not add up to the axis")
              .line("shape  ", x)
              .line("axis   ", a.axis())
              .line("extents", java.util.Arrays.toString(a.extents()))
              .text());
    }
    return parts;
  }

  static TensorType[] take(Attrs.Axis a, TensorType[] in) {
    requireIndices("gather", in[1]);
    Shape x = in[0].shape();
    Shape idx = in[1].shape();
    long[] dims = new long[x.rank() - 1 + idx.rank()];
    System.arraycopy(x.rawDims(), 0, dims, 0, a.axis());
    System.arraycopy(idx.rawDims(), 0, dims, a.axis(), idx.rank());
    System.arraycopy(
        x.rawDims(), a.axis() + 1, dims, a.axis() + idx.rank(), x.rank() - a.axis() - 1);
    return one(in[0].with(Shape.of(dims)));
  }

  static TensorType[] takeAdd(Attrs.AxisSize a, TensorType[] in) {
    requireIndices("scatterAdd", in[1]);
    Shape y = in[0].shape();
    int k = in[1].shape().rank();
    boolean fits = y.rank() >= a.axis() + k;
    for (int i = 0; fits && i < k; i++) {
      fits = y.rawDims()[a.axis() + i] == in[1].shape().rawDims()[i];
    }
    if (!fits) {
      throw new ShapeException(
          Messages.of("scatterAdd: the updates do not have the indices' shape at axis " + a.axis())
              .line("updates", y)
              .line("indices", in[1].shape())
              .text());
    }
    long[] dims = new long[y.rank() - k + 1];
    System.arraycopy(y.rawDims(), 0, dims, 0, a.axis());
    dims[a.axis()] = a.size();
    System.arraycopy(y.rawDims(), a.axis() + k, dims, a.axis() + 1, y.rank() - a.axis() - k);
    return one(in[0].with(Shape.of(dims)));
  }

  static TensorType[] takeAlong(Attrs.Axis a, TensorType[] in) {
    requireIndices("gatherElements", in[1]);
    requireAlong("gatherElements", a.axis(), in[0].shape(), in[1].shape());
    return one(in[0].with(in[1].shape()));
  }

  static TensorType[] putAlongAdd(Attrs.AxisSize a, TensorType[] in) {
    requireIndices("scatterElements", in[1]);
    requireShape("scatterElements", "indices", in[1], in[0].shape());
    return one(in[0].with(in[0].shape().with(a.axis(), a.size())));
  }

  private static void requireAlong(String op, int axis, Shape x, Shape idx) {
    boolean fits = x.rank() == idx.rank();
    for (int i = 0; fits && i < x.rank(); i++) {
      fits = i == axis || x.rawDims()[i] == idx.rawDims()[i];
    }
    if (!fits) {
      throw new ShapeException(
          Messages.of(op + ": the indices do not fit the input")
              .line("input  ", x)
              .line("indices", idx)
              .line("axis   ", axis)
              .hint("all extents but that of the axis must be equal")
              .text());
    }
  }

  static TensorType[] sort(Attrs.Sort a, TensorType[] in) {
    return new TensorType[] {in[0], in[0].with(DType.INT64)};
  }

  static TensorType[] full(Attrs.Full a, TensorType[] in) {
    return one(new TensorType(a.shape(), a.dtype(), Interpreters.root().device()));
  }

  static TensorType[] iota(Attrs.Iota a, TensorType[] in) {
    return one(new TensorType(Shape.of(a.size()), a.dtype(), Interpreters.root().device()));
  }

  static TensorType[] draw(Attrs.Draw a, TensorType[] in) {
    return one(new TensorType(a.shape(), a.dtype(), Interpreters.root().device()));
  }

  static TensorType[] sample(Attrs.Sample a, TensorType[] in) {
    for (int i = 0; i < in.length; i++) {
      if (in[i].dtype() != DType.FLOAT64) {
        throw dtype("random_sample", in[i], "parameters are float64, one for each element");
      }
      if (!in[i].shape().equals(a.shape())) {
        throw new ShapeException(
            Messages.of("random_sample: a parameter has not the shape of the draw")
                .line(a.law().parameter(i), in[i].shape())
                .line("draw", a.shape())
                .text());
      }
    }
    Device device = in.length == 0 ? Interpreters.root().device() : in[0].device();
    return one(new TensorType(a.shape(), DType.FLOAT64, device));
  }

  static TensorType[] one(TensorType t) {
    return new TensorType[] {t};
  }

  static void requireFloat(String op, TensorType t) {
    if (!t.dtype().isFloat()) {
      throw dtype(op, t, "use a floating-point tensor, for example x.cast(DType.FLOAT32)");
    }
  }

  static void requireIndices(String op, TensorType t) {
    if (t.dtype() != DType.INT32 && t.dtype() != DType.INT64) {
      throw dtype(op, t, "indices must be int32 or int64");
    }
  }

  static void requireShape(String op, String what, TensorType t, Shape expected) {
    if (!t.shape().equals(expected)) {
      throw new ShapeException(
          Messages.of(op + ": the " + what + " has another shape")
              .line("found   ", t.shape())
              .line("expected", expected)
              .text());
    }
  }

  static DTypeException dtype(String op, TensorType t, String hint) {
    return new DTypeException(
        Messages.of(op + ": it is not defined for " + t.dtype())
            .line("operand", t)
            .hint(hint)
            .text());
  }

  static void same(String op, DType expected, TensorType t) {
    if (t.dtype() != expected) {
      throw new DTypeException(
          Messages.of(op + ": element types differ")
              .line("first", expected)
              .line("other", t.dtype())
              .hint("cast one of them")
              .text());
    }
  }

  static void same(String op, TensorType[] in) {
    for (int i = 1; i < in.length; i++) {
      if (in[i].dtype() != in[0].dtype()) {
        same(op, in[0].dtype(), in[i]);
      }
      if (in[i].shape() != in[0].shape() && !in[i].shape().equals(in[0].shape())) {
        requireShape(op, "operand " + i, in[i], in[0].shape());
      }
    }
  }
}
