package dev.mycel.core;

/**
 * Attention of queries over keys and values: types, decomposition, and the form that users call.
 *
 * @see <a href="https://arxiv.org/abs/1706.03762">Vaswani et al., 2017, equation 1</a>
 */
final class Attention {
  private static final String OP = "scaledDotProductAttention";

  private Attention() {}

  static Tensor attend(
      Tensor query,
      Tensor key,
      Tensor value,
      @org.jspecify.annotations.Nullable Tensor mask,
      boolean causal,
      double scale) {
    Tensor q = Join.input(Prims.ATTENTION, query);
    Tensor k = Join.input(Prims.ATTENTION, key);
    Tensor v = Join.input(Prims.ATTENTION, value);
    Attrs.Attention attrs = new Attrs.Attention(scale, causal);
    if (mask == null) {
      return Join.output(Prims.ATTENTION, Interpreters.bind(Prims.ATTENTION, attrs, q, k, v));
    }
    type(attrs, new TensorType[] {q.type(), k.type(), v.type()});
    Tensor scores = scores(attrs, q, k);
    Tensor masked =
        mask.dtype() == DType.BOOL
            ? Ops.where(mask, scores, Double.NEGATIVE_INFINITY)
            : scores.add(mask.cast(scores.dtype()));
    if (!masked.shape().equals(scores.shape())) {
      throw new ShapeException(
          Messages.of(OP + ": the mask does not fit the scores")
              .line("mask  ", mask.shape())
              .line("scores", scores.shape() + "  [..., queries, keys]")
              .hint("the mask must broadcast to the scores")
              .text());
    }
    Tensor weights = Ops.softmax(masked, -1).cast(v.dtype());
    return Join.output(Prims.ATTENTION, Ops.matmul(weights, v));
  }

  // ---- types ------------------------------------------------------------------------------------

  static TensorType[] type(Attrs.Attention a, TensorType[] in) {
    Shape q = in[0].shape();
    Shape k = in[1].shape();
    Shape v = in[2].shape();
    Rules.requireFloat(OP, in[0]);
    Rules.same(OP, in[0].dtype(), in[1]);
    Rules.same(OP, in[0].dtype(), in[2]);
    boolean fits =
        q.rank() >= 2
            && k.rank() == q.rank()
            && v.rank() == q.rank()
            && leading(q).equals(leading(k))
            && leading(q).equals(leading(v))
            && q.dim(-1) == k.dim(-1)
            && k.dim(-2) == v.dim(-2);
    if (!fits) {
      throw new ShapeException(
          Messages.of(OP + ": query, key and value do not fit")
              .line("query", q + "  [..., T, D]")
              .line("key  ", k + "  [..., S, D]")
              .line("value", v + "  [..., S, E]")
              .hint("leading axes are equal; D is the length of queries and keys")
              .text());
    }
    if (k.dim(-2) == 0 && !q.isEmpty()) {
      throw new ShapeException(
          Messages.of(OP + ": there is no key to attend to").line("key", k).text());
    }
    return new TensorType[] {in[0].with(q.with(q.rank() - 1, v.dim(-1)))};
  }

  static TensorType[] gradientType(Attrs.Attention a, TensorType[] in) {
    TensorType y = type(a, new TensorType[] {in[1], in[2], in[3]})[0];
    Rules.same("attention_grad", y.dtype(), in[0]);
    Rules.requireShape("attention_grad", "gradient", in[0], y.shape());
    return new TensorType[] {in[1], in[2], in[3]};
  }

  private static Shape leading(Shape s) {
    return Shape.of(java.util.Arrays.copyOf(s.dims(), s.rank() - 2));
  }

  // ---- decomposition ----------------------------------------------------------------------------

  static Tensor[] expand(Attrs.Attention a, Tensor[] in) {
    Tensor p = Ops.softmax(scores(a, in[0], in[1]), -1);
    Tensor y = Ops.matmul(p, in[2].cast(p.dtype()));
    return new Tensor[] {y.cast(in[0].dtype())};
  }

  static Tensor[] expandGradient(Attrs.Attention a, Tensor[] in) {
    DType wide = in[1].dtype().accumulator();
    Tensor dy = in[0].cast(wide);
    Tensor p = Ops.softmax(scores(a, in[1], in[2]), -1);
    Tensor dp = Ops.matmul(dy, turned(in[3].cast(wide)));
    Tensor ds = p.mul(dp.sub(dp.mul(p).sum(true, -1))).mul(a.scale());
    return new Tensor[] {
      Ops.matmul(ds, in[2].cast(wide)).cast(in[1].dtype()),
      Ops.matmul(turned(ds), in[1].cast(wide)).cast(in[2].dtype()),
      Ops.matmul(turned(p), dy).cast(in[3].dtype())
    };
  }

  /** Scaled products of queries and keys, minus infinity where a query must not look. */
  private static Tensor scores(Attrs.Attention a, Tensor q, Tensor k) {
    DType wide = q.dtype().accumulator();
    Tensor s = Ops.matmul(q.cast(wide), turned(k.cast(wide))).mul(a.scale());
    if (!a.causal()) {
      return s;
    }
    Tensor rows = Ops.arange(s.dim(-2)).expandDims(1);
    Tensor columns = Ops.arange(s.dim(-1));
    return Ops.where(rows.ge(columns), s, Double.NEGATIVE_INFINITY);
  }

  private static Tensor turned(Tensor t) {
    int[] order = new int[t.rank()];
    java.util.Arrays.setAll(order, i -> i);
    order[order.length - 2] = order.length - 1;
    order[order.length - 1] = order.length - 2;
    return t.transpose(order);
  }
}
