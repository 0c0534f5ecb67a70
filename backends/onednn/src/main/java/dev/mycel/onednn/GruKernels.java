package dev.mycel.onednn;

import dev.mycel.core.DType;
import dev.mycel.core.None;
import dev.mycel.core.Prims;
import dev.mycel.core.spi.Access;
import dev.mycel.core.spi.Buffer;
import dev.mycel.core.spi.KernelCall;
import dev.mycel.core.spi.KernelTable;
import dev.mycel.onednn.RecurrentCall.Output;
import dev.mycel.onednn.RecurrentCall.Rows;

/** GRU: a product and one pass over the gates for each step. */
final class GruKernels {
  private GruKernels() {}

  static void register(KernelTable table) {
    table.put(
        Prims.GRU,
        Access.CONTIGUOUS,
        "matmul and one pass a step",
        call -> StepProduct.takes(call.input(0)),
        GruKernels::forward);
    table.put(
        Prims.GRU_GRAD,
        Access.CONTIGUOUS,
        "matmul and one pass a step, no gradient of the gates",
        call -> StepProduct.takes(call.input(0)) && call.inputCount() <= 5,
        GruKernels::grad);
  }

  private static void forward(KernelCall<None> call) {
    try (RecurrentCall in = new RecurrentCall(call, call.outputType(0).shape())) {
      Buffer w = call.input(2);
      DType biasType = call.inputCount() > 3 ? w.dtype() : null;
      Output y = in.stepwise(0);
      Output gates = in.output(1);
      Buffer sums = in.floats(0);
      Rows first = in.rows(in.floats(1), 0, 1);
      Buffer products = in.scratch(in.batch() * 3 * in.hidden());
      long bias = biasType == null ? 0 : in.address(3);
      long state = in.address(1);
      in.sweep(
          new StepProduct.Form(w, true, biasType, null),
          piece -> {
            long from = piece.from();
            long h = state + from * in.hidden() * w.dtype().bytes();
            long q = RecurrentCall.address(products) + from * 3 * in.hidden() * Float.BYTES;
            for (long t = 0; t < in.steps(); t++) {
              piece.product().run(h, q, bias);
              Rows before = t == 0 ? first : y.rows(t - 1);
              piece.each(
                  new Forward(
                      in.rows(sums, t, 3),
                      in.rows(products, 0, 3),
                      before,
                      gates.rows(t),
                      y.rows(t)));
              piece.round(y, t);
              h = y.address(t, from);
            }
          });
      in.round(gates);
    }
  }

  /** The gates of one step and the hidden state after it. */
  private record Forward(Rows sums, Rows products, Rows before, Rows gates, Rows hidden)
      implements Team.Range {
    @Override
    public void run(long from, long to) {
      int h = hidden.hidden();
      float[] p = new float[h];
      float[] q = new float[h];
      float[] r = new float[h];
      float[] z = new float[h];
      float[] y = new float[h];
      for (long n = from; n < to; n++) {
        sigmoid(n, 0, p, r);
        sigmoid(n, 1, p, z);
        sums.read(n, 2, p);
        products.read(n, 2, q);
        gates.write(n, 3, q);
        for (int j = 0; j < h; j++) {
          p[j] += r[j] * q[j];
        }
        GateMath.tanh(p);
        gates.write(n, 2, p);
        before.read(n, y);
        for (int j = 0; j < h; j++) {
          y[j] = p[j] + z[j] * (y[j] - p[j]);
        }
        hidden.write(n, y);
      }
    }

    private void sigmoid(long n, int part, float[] p, float[] gate) {
      sums.read(n, part, p);
      products.read(n, part, gate);
      GateMath.add(gate, p);
      GateMath.sigmoid(gate);
      gates.write(n, part, gate);
    }
  }

  private static void grad(KernelCall<None> call) {
    try (RecurrentCall in = new RecurrentCall(call, call.input(0).shape())) {
      Buffer dy = in.floats(0);
      Buffer first = in.floats(1);
      Buffer states = in.floats(3);
      Buffer gates = in.floats(4);
      Output dp = in.output(0);
      Output dq = in.stepwise(1);
      Output dh = in.output(2);
      Rows kept = in.rows(in.scratch(in.batch() * in.hidden()), 0, 1);
      in.sweep(
          new StepProduct.Form(call.input(2), false, null, null),
          piece -> {
            for (long t = in.steps() - 1; t >= 0; t--) {
              piece.each(
                  new Backward(
                      in.rows(gates, t, 4),
                      t == 0 ? in.rows(first, 0, 1) : in.rows(states, t - 1, 1),
                      in.rows(dy, t, 1),
                      t == in.steps() - 1,
                      dh.rows(0),
                      kept,
                      dp.rows(t),
                      dq.rows(t)));
              piece.round(dq, t);
              piece.product().run(dq.address(t, piece.from()), dh.wideAddress(0, piece.from()));
            }
            piece.each(new Sum(dh.rows(0), kept));
          });
      in.round(dp);
      in.round(dh);
    }
  }

  /**
   * The gradients of one step's sums.
   *
   * @param last whether nothing has come back from later steps
   * @param dh what came back through the weight
   * @param kept what came back past the gates, and now goes on to the step before
   */
  private record Backward(
      Rows gates, Rows before, Rows dy, boolean last, Rows dh, Rows kept, Rows dp, Rows dq)
      implements Team.Range {
    @Override
    public void run(long from, long to) {
      int h = dy.hidden();
      float[] d = new float[h];
      float[] y = new float[h];
      float[] r = new float[h];
      float[] z = new float[h];
      float[] a = new float[h];
      float[] q = new float[h];
      for (long n = from; n < to; n++) {
        dy.read(n, d);
        if (!last) {
          dh.read(n, y);
          GateMath.add(d, y);
          kept.read(n, y);
          GateMath.add(d, y);
        }
        gates.read(n, 0, r);
        gates.read(n, 1, z);
        gates.read(n, 2, a);
        gates.read(n, 3, q);
        before.read(n, y);
        updateGate(z, a, y, d);
        both(n, 1, y);
        candidate(a, z, d);
        dp.write(n, 2, a);
        kept.write(n, d);
        resetGate(r, q, a);
        both(n, 0, q);
        dq.write(n, 2, a);
      }
    }

    /** Sums of these gates have one gradient on both sides. */
    private void both(long n, int part, float[] gradient) {
      dp.write(n, part, gradient);
      dq.write(n, part, gradient);
    }
  }

  /** The gradient of the update gate's sums, in the place of the state before. */
  private static void updateGate(float[] z, float[] n, float[] y, float[] d) {
    for (int j = 0; j < d.length; j++) {
      y[j] = d[j] * (y[j] - n[j]) * z[j] * (1 - z[j]);
    }
  }

  /** The gradient of n's sums, in n's place; {@code d} becomes what goes past the gates. */
  private static void candidate(float[] n, float[] z, float[] d) {
    for (int j = 0; j < d.length; j++) {
      float through = d[j] * z[j];
      n[j] = (d[j] - through) * (1 - n[j] * n[j]);
      d[j] = through;
    }
  }

  /**
   * The gradient of the reset gate's sums in the place of the state's share, and that of the
   * state's share in the place of the gradient of n's sums.
   */
  private static void resetGate(float[] r, float[] q, float[] d) {
    for (int j = 0; j < d.length; j++) {
      float share = d[j] * r[j];
      q[j] = share * q[j] * (1 - r[j]);
      d[j] = share;
    }
  }

  /** Adds rows to others in place. */
  private record Sum(Rows to, Rows more) implements Team.Range {
    @Override
    public void run(long from, long until) {
      float[] a = new float[to.hidden()];
      float[] b = new float[to.hidden()];
      for (long n = from; n < until; n++) {
        to.read(n, a);
        more.read(n, b);
        GateMath.add(a, b);
        to.write(n, a);
      }
    }
  }
}
