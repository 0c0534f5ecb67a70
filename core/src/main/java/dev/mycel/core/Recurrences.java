package dev.mycel.core;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Decompositions of the recurrent layers: one layer in one direction, step by step. Half types
 * compute in float32: each hidden state is rounded before the next step reads it, a cell state is
 * carried on as it is and only its copy among the results is rounded.
 */
final class Recurrences {
  private Recurrences() {}

  /** Results of all steps by kind, in the order of time. */
  private static final class Steps {
    private final List<List<Tensor>> kinds = new ArrayList<>();

    void add(Tensor... results) {
      for (int i = 0; i < results.length; i++) {
        if (i == kinds.size()) {
          kinds.add(new ArrayList<>());
        }
        kinds.get(i).add(results[i]);
      }
    }

    void reverse() {
      kinds.forEach(Collections::reverse);
    }

    Tensor all(int kind) {
      return Ops.stack(kinds.get(kind), 0);
    }
  }

  /**
   * {@code i, f, g, o = s(z_i), s(z_f), tanh(z_g), s(z_o)} with {@code z = p + W h}; {@code c' = f
   * c + i g}, {@code h' = o tanh(c')}.
   */
  static Tensor[] lstm(None none, Tensor[] in) {
    DType type = in[0].dtype();
    DType wide = type.accumulator();
    Tensor turned = in[3].cast(wide).transpose(1, 0);
    Tensor h = in[1];
    Tensor c = in[2].cast(wide);
    Steps steps = new Steps();
    for (Tensor p : in[0].unstack(0)) {
      List<Tensor> z = p.cast(wide).add(h.cast(wide).matmul(turned)).chunk(4, 1);
      Tensor i = z.get(0).sigmoid();
      Tensor f = z.get(1).sigmoid();
      Tensor g = z.get(2).tanh();
      Tensor o = z.get(3).sigmoid();
      c = f.mul(c).add(i.mul(g));
      h = o.mul(c.tanh()).cast(type);
      steps.add(h, c.cast(type), Ops.concat(1, i, f, g, o).cast(type));
    }
    return new Tensor[] {steps.all(0), steps.all(1), steps.all(2)};
  }

  static Tensor[] lstmGrad(None none, Tensor[] in) {
    DType type = in[0].dtype();
    DType wide = type.accumulator();
    Tensor w = in[2].cast(wide);
    List<Tensor> dy = in[0].unstack(0);
    List<Tensor> cells = in[3].cast(wide).unstack(0);
    List<Tensor> gates = in[4].cast(wide).unstack(0);
    @Nullable Tensor dh = null;
    @Nullable Tensor dc = null;
    Steps steps = new Steps();
    for (int t = dy.size() - 1; t >= 0; t--) {
      List<Tensor> a = gates.get(t).chunk(4, 1);
      Tensor before = t == 0 ? in[1].cast(wide) : cells.get(t - 1);
      Tensor squashed = cells.get(t).tanh();
      Tensor into = plus(dy.get(t).cast(wide), dh);
      Tensor cell = plus(into.mul(a.get(3)).mul(slopeOfTanh(squashed)), dc);
      if (in.length > 5) {
        cell = cell.add(step(in[5], t).cast(wide));
      }
      Tensor reached =
          Ops.concat(
              1, cell.mul(a.get(2)), cell.mul(before), cell.mul(a.get(0)), into.mul(squashed));
      if (in.length > 6) {
        reached = reached.add(step(in[6], t).cast(wide));
      }
      Tensor dp = ofSums(reached.chunk(4, 1), a).cast(type);
      dc = cell.mul(a.get(1));
      dh = dp.cast(wide).matmul(w);
      steps.add(dp);
    }
    steps.reverse();
    return new Tensor[] {steps.all(0), first(dh).cast(type), first(dc).cast(type)};
  }

  /** The gradients of an LSTM's sums from those of its gates. */
  private static Tensor ofSums(List<Tensor> d, List<Tensor> gates) {
    return Ops.concat(
        1,
        d.get(0).mul(slopeOfSigmoid(gates.get(0))),
        d.get(1).mul(slopeOfSigmoid(gates.get(1))),
        d.get(2).mul(slopeOfTanh(gates.get(2))),
        d.get(3).mul(slopeOfSigmoid(gates.get(3))));
  }

  /**
   * {@code r, z, n = s(p_r + q_r), s(p_z + q_z), tanh(p_n + r q_n)} with {@code q = W h + b};
   * {@code h' = n + z (h - n)}. What is kept of a step are r, z, n and q_n.
   */
  static Tensor[] gru(None none, Tensor[] in) {
    DType type = in[0].dtype();
    DType wide = type.accumulator();
    Tensor turned = in[2].cast(wide).transpose(1, 0);
    Tensor h = in[1];
    Steps steps = new Steps();
    for (Tensor step : in[0].unstack(0)) {
      Tensor product = h.cast(wide).matmul(turned);
      List<Tensor> q = (in.length > 3 ? product.add(in[3].cast(wide)) : product).chunk(3, 1);
      List<Tensor> p = step.cast(wide).chunk(3, 1);
      Tensor r = p.get(0).add(q.get(0)).sigmoid();
      Tensor z = p.get(1).add(q.get(1)).sigmoid();
      Tensor n = p.get(2).add(r.mul(q.get(2))).tanh();
      h = n.add(z.mul(h.cast(wide).sub(n))).cast(type);
      steps.add(h, Ops.concat(1, r, z, n, q.get(2)).cast(type));
    }
    return new Tensor[] {steps.all(0), steps.all(1)};
  }

  static Tensor[] gruGrad(None none, Tensor[] in) {
    DType type = in[0].dtype();
    DType wide = type.accumulator();
    Tensor w = in[2].cast(wide);
    List<Tensor> dy = in[0].unstack(0);
    List<Tensor> hidden = in[3].unstack(0);
    List<Tensor> gates = in[4].cast(wide).unstack(0);
    @Nullable Tensor dh = null;
    Steps steps = new Steps();
    for (int t = dy.size() - 1; t >= 0; t--) {
      List<Tensor> a = gates.get(t).chunk(4, 1);
      Tensor before = (t == 0 ? in[1] : hidden.get(t - 1)).cast(wide);
      Tensor into = plus(dy.get(t).cast(wide), dh);
      List<Tensor> more = in.length > 5 ? step(in[5], t).cast(wide).chunk(4, 1) : List.of();
      Tensor[] d = ofSums(a, before, into, more);
      Tensor dq = Ops.concat(1, d[0], d[1], d[3]).cast(type);
      dh = dq.cast(wide).matmul(w).add(into.mul(a.get(1)));
      steps.add(Ops.concat(1, d[0], d[1], d[2]).cast(type), dq);
    }
    steps.reverse();
    return new Tensor[] {steps.all(0), steps.all(1), first(dh).cast(type)};
  }

  /**
   * The gradients of a GRU's sums r, z, n, and of the state's share of n.
   *
   * @param a gates r, z, n and the state's share of n
   * @param into the gradient of the hidden state
   * @param more further gradients of what stands in {@code a}, or none
   */
  private static Tensor[] ofSums(List<Tensor> a, Tensor before, Tensor into, List<Tensor> more) {
    Tensor r = a.get(0);
    Tensor z = a.get(1);
    Tensor n = a.get(2);
    Tensor dn = also(into.mul(z.rsub(1)), more, 2).mul(slopeOfTanh(n));
    Tensor dz = also(into.mul(before.sub(n)), more, 1).mul(slopeOfSigmoid(z));
    Tensor dr = also(dn.mul(a.get(3)), more, 0).mul(slopeOfSigmoid(r));
    return new Tensor[] {dr, dz, dn, also(dn.mul(r), more, 3)};
  }

  private static Tensor also(Tensor gradient, List<Tensor> more, int i) {
    return more.isEmpty() ? gradient : gradient.add(more.get(i));
  }

  /** {@code h' = tanh(p + W h)}, or relu. */
  static Tensor[] rnn(Attrs.Rnn a, Tensor[] in) {
    DType type = in[0].dtype();
    DType wide = type.accumulator();
    Tensor turned = in[2].cast(wide).transpose(1, 0);
    Tensor h = in[1];
    Steps steps = new Steps();
    for (Tensor p : in[0].unstack(0)) {
      Tensor sum = p.cast(wide).add(h.cast(wide).matmul(turned));
      h = (a.relu() ? sum.relu() : sum.tanh()).cast(type);
      steps.add(h);
    }
    return new Tensor[] {steps.all(0)};
  }

  static Tensor[] rnnGrad(Attrs.Rnn a, Tensor[] in) {
    DType type = in[0].dtype();
    DType wide = type.accumulator();
    Tensor w = in[1].cast(wide);
    List<Tensor> dy = in[0].unstack(0);
    List<Tensor> hidden = in[2].unstack(0);
    @Nullable Tensor dh = null;
    Steps steps = new Steps();
    for (int t = dy.size() - 1; t >= 0; t--) {
      Tensor y = hidden.get(t).cast(wide);
      Tensor into = plus(dy.get(t).cast(wide), dh);
      Tensor dp =
          (a.relu() ? Ops.where(y.gt(0), into, Ops.zerosLike(into)) : into.mul(slopeOfTanh(y)))
              .cast(type);
      dh = dp.cast(wide).matmul(w);
      steps.add(dp);
    }
    steps.reverse();
    return new Tensor[] {steps.all(0), first(dh).cast(type)};
  }

  private static Tensor slopeOfTanh(Tensor y) {
    return y.square().rsub(1);
  }

  private static Tensor slopeOfSigmoid(Tensor y) {
    return y.mul(y.rsub(1));
  }

  private static Tensor plus(Tensor a, @Nullable Tensor b) {
    return b == null ? a : a.add(b);
  }

  /** The gradient of the first step's state: there is one, because there is a step. */
  private static Tensor first(@Nullable Tensor gradient) {
    return Objects.requireNonNull(gradient);
  }

  private static Tensor step(Tensor all, int t) {
    return all.narrow(0, t, 1).squeeze(0);
  }
}
