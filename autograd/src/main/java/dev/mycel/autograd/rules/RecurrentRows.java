package dev.mycel.autograd.rules;

import static dev.mycel.autograd.rules.Bind.flipLast;
import static dev.mycel.autograd.rules.Bind.op;

import dev.mycel.autograd.Needs;
import dev.mycel.autograd.Saved;
import dev.mycel.autograd.VjpTable;
import dev.mycel.core.Attrs;
import dev.mycel.core.Interpreters;
import dev.mycel.core.None;
import dev.mycel.core.Ops;
import dev.mycel.core.Prims;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rows of the recurrent layers. A fused gradient walks back over the steps; the gradient of the
 * recurrent weight is one product over all steps at once.
 */
final class RecurrentRows {
  private RecurrentRows() {}

  static void register(VjpTable t) {
    t.all(Prims.LSTM, Needs.inputs(1, 2, 3).and(Needs.outputs(0, 1, 2)), RecurrentRows::lstm);
    t.all(Prims.GRU, Needs.inputs(1, 2).and(Needs.outputs(0, 1)), RecurrentRows::gru);
    t.all(Prims.RNN, Needs.inputs(1, 2).and(Needs.outputs(0)), RecurrentRows::rnn);
    t.expanded(Prims.LSTM_GRAD, Prims.GRU_GRAD, Prims.RNN_GRAD);
  }

  private static @Nullable Tensor[] lstm(Saved<None> s, @Nullable Tensor[] dy, boolean[] wanted) {
    List<Tensor> in = new ArrayList<>();
    in.add(given(s, dy, 0));
    in.add(s.in(2));
    in.add(s.in(3));
    in.add(s.out(1));
    in.add(s.out(2));
    // Gradients of the gates themselves arrive in second derivatives only.
    if (dy[1] != null || dy[2] != null) {
      in.add(given(s, dy, 1));
    }
    if (dy[2] != null) {
      in.add(given(s, dy, 2));
    }
    Tensor[] d =
        Interpreters.bindAll(Prims.LSTM_GRAD, None.NONE, in.toArray(new Tensor[in.size()]));
    Tensor dw = wanted[3] ? weightGrad(d[0], s.in(1), s.out(0)) : null;
    return new Tensor[] {d[0], d[1], d[2], dw};
  }

  private static @Nullable Tensor[] gru(Saved<None> s, @Nullable Tensor[] dy, boolean[] wanted) {
    List<Tensor> in = new ArrayList<>();
    in.add(given(s, dy, 0));
    in.add(s.in(1));
    in.add(s.in(2));
    in.add(s.out(0));
    in.add(s.out(1));
    if (dy[1] != null) {
      in.add(given(s, dy, 1));
    }
    Tensor[] d = Interpreters.bindAll(Prims.GRU_GRAD, None.NONE, in.toArray(new Tensor[in.size()]));
    @Nullable Tensor[] grads = new Tensor[s.inputCount()];
    grads[0] = d[0];
    grads[1] = d[2];
    grads[2] = wanted[2] ? weightGrad(d[1], s.in(1), s.out(0)) : null;
    if (grads.length > 3 && wanted[3]) {
      grads[3] = Bind.sum(rows(d[1]), 0);
    }
    return grads;
  }

  private static @Nullable Tensor[] rnn(
      Saved<Attrs.Rnn> s, @Nullable Tensor[] dy, boolean[] wanted) {
    Tensor[] d =
        Interpreters.bindAll(Prims.RNN_GRAD, s.attrs(), given(s, dy, 0), s.in(2), s.out(0));
    Tensor dw = wanted[2] ? weightGrad(d[0], s.in(1), s.out(0)) : null;
    return new Tensor[] {d[0], d[1], dw};
  }

  /** The gradient of a result, zeros where nothing flows. */
  private static Tensor given(Saved<?> s, @Nullable Tensor[] dy, int i) {
    Tensor d = dy[i];
    return d == null ? Bind.zeros(s.outputType(i)) : d;
  }

  /** Gradients of the sums [T, N, R] and the states before each step give one of w [R, H]. */
  private static Tensor weightGrad(Tensor sums, Tensor first, Tensor states) {
    Tensor before = Bind.reshape(first, states.shape().with(0, 1));
    long steps = states.dim(0);
    if (steps > 1) {
      before = Ops.concat(0, before, states.narrow(0, 0, steps - 1));
    }
    return op(Prims.MATMUL, flipLast(rows(sums)), rows(before));
  }

  /** All steps of all sequences as rows. */
  private static Tensor rows(Tensor x) {
    return Bind.reshape(x, Shape.of(x.dim(0) * x.dim(1), x.dim(2)));
  }
}
