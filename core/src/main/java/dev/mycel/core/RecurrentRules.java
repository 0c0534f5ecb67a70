package dev.mycel.core;

/**
 * Type rules of the recurrent layers. T steps of N sequences with H hidden units: what a layer sums
 * before its gates has one row of the recurrent weight for each unit of each gate. All inputs and
 * results have one element type.
 */
final class RecurrentRules {
  private RecurrentRules() {}

  /** Inputs p[T, N, 4H], h0[N, H], c0[N, H], w[4H, H]; results y, c, gates. */
  static TensorType[] lstm(None none, TensorType[] in) {
    TensorType y = forward("lstm", 4, in[0], in[1], in[3]);
    Rules.requireShape("lstm", "initial cell state", in[2], in[1].shape());
    Rules.same("lstm", y.dtype(), in[2]);
    return new TensorType[] {y, y, widened(y, 4)};
  }

  /** Inputs dy, c0, w, c, gates, and dc, dgates as far as given; results dp, dh0, dc0. */
  static TensorType[] lstmGrad(None none, TensorType[] in) {
    TensorType y = backward("lstm_grad", in[0], in[4], 4, in[2], 4);
    return new TensorType[] {widened(y, 4), in[1], in[1]};
  }

  /** Inputs p[T, N, 3H], h0[N, H], w[3H, H], and b[3H] if given; results y, gates. */
  static TensorType[] gru(None none, TensorType[] in) {
    TensorType y = forward("gru", 3, in[0], in[1], in[2]);
    if (in.length > 3) {
      Rules.requireShape("gru", "bias", in[3], Shape.of(in[2].shape().dim(0)));
      Rules.same("gru", y.dtype(), in[3]);
    }
    return new TensorType[] {y, widened(y, 4)};
  }

  /** Inputs dy, h0, w, y, gates, and dgates if given; results dp, dq, dh0. */
  static TensorType[] gruGrad(None none, TensorType[] in) {
    TensorType y = backward("gru_grad", in[0], in[4], 4, in[2], 3);
    TensorType sums = widened(y, 3);
    return new TensorType[] {sums, sums, in[1]};
  }

  /** Inputs p[T, N, H], h0[N, H], w[H, H]; result y. */
  static TensorType[] rnn(Attrs.Rnn a, TensorType[] in) {
    return Rules.one(forward("rnn", 1, in[0], in[1], in[2]));
  }

  /** Inputs dy, w, y; results dp, dh0. */
  static TensorType[] rnnGrad(Attrs.Rnn a, TensorType[] in) {
    TensorType y = backward("rnn_grad", in[0], in[2], 1, in[1], 1);
    return new TensorType[] {y, y.with(y.shape().without(0))};
  }

  /** The type of the hidden states of all steps. */
  private static TensorType forward(
      String op, int gates, TensorType p, TensorType h, TensorType w) {
    Rules.requireFloat(op, p);
    Rules.same(op, p.dtype(), h);
    Rules.same(op, p.dtype(), w);
    Shape shape = p.shape();
    boolean fits = shape.rank() == 3 && h.shape().rank() == 2 && shape.dim(0) > 0;
    if (fits) {
      long hidden = h.shape().dim(1);
      fits =
          shape.dim(1) == h.shape().dim(0)
              && shape.dim(2) == gates * hidden
              && w.shape().equals(Shape.of(gates * hidden, hidden));
    }
    if (!fits) {
      String rows = gates == 1 ? "H" : gates + "H";
      throw new ShapeException(
          Messages.of(op + ": the inputs do not fit each other")
              .line("sums  ", shape + "  [T, N, " + rows + "], T at least 1")
              .line("state ", h.shape() + "  [N, H]")
              .line("weight", w.shape() + "  [" + rows + ", H]")
              .text());
    }
    return p.with(shape.with(2, h.shape().dim(1)));
  }

  /** The type of the output's gradient, once it fits what was kept of each step and the weight. */
  private static TensorType backward(
      String op, TensorType dy, TensorType kept, int parts, TensorType w, int gates) {
    Shape shape = dy.shape();
    boolean fits =
        shape.rank() == 3
            && shape.dim(0) > 0
            && shape.with(2, parts * shape.dim(2)).equals(kept.shape())
            && w.shape().equals(Shape.of(gates * shape.dim(2), shape.dim(2)));
    if (!fits) {
      throw new ShapeException(
          Messages.of(op + ": the inputs do not fit each other")
              .line("gradient", shape + "  [T, N, H], T at least 1")
              .line("kept    ", kept.shape() + "  [T, N, " + parts + "H]")
              .line("weight  ", w.shape() + "  [" + gates + "H, H]")
              .text());
    }
    return dy;
  }

  /** The type with the last axis that many times as long. */
  private static TensorType widened(TensorType t, long times) {
    return t.with(t.shape().with(2, times * t.shape().dim(2)));
  }
}
