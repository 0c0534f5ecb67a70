package dev.mycel.onednn;

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
      int h = in.hidden();
      boolean biased = call.inputCount() > 3;
      Buffer w = call.input(2);
      StepProduct product = StepProduct.of(in, w, true, biased ? w.dtype() : null, null);
      Output y = in.stepwise(0);
      Output gates = in.output(1);
      Buffer sums = in.floats(0);
      Buffer products = in.scratch(in.batch() * 3 * h);
      long bias = biased ? in.address(3) : 0;
      Rows before = in.rows(in.floats(1), 0, h);
      long state = in.address(1);
      for (long t = 0; t < in.steps(); t++) {
        if (biased) {
          product.run(state, RecurrentCall.address(products), bias);
        } else {
          product.run(state, RecurrentCall.address(products));
        }
        Forward step =
            new Forward(
                in.rows(sums, t, 3 * h),
                in.rows(products, 0, 3 * h),
                before,
                gates.rows(t),
                y.rows(t));
        in.each(step);
        in.round(y, t);
        before = step.hidden();
        state = y.address(t);
      }
      in.round(gates);
    }
  }

  /** The gates of one step and the hidden state after it. */
  private record Forward(Rows sums, Rows products, Rows before, Rows gates, Rows hidden)
      implements Team.Range {
    @Override
    public void run(long from, long to) {
      int h = hidden.width();
      float[] p = new float[3 * h];
      float[] q = new float[3 * h];
      float[] y = new float[h];
      float[] z = new float[4 * h];
      for (long n = from; n < to; n++) {
        sums.read(n, p);
        products.read(n, q);
        before.read(n, y);
        for (int j = 0; j < 2 * h; j++) {
          z[j] = p[j] + q[j];
        }
        GateMath.sigmoid(z, 0, 2 * h);
        for (int j = 0; j < h; j++) {
          z[2 * h + j] = p[2 * h + j] + z[j] * q[2 * h + j];
        }
        GateMath.tanh(z, 2 * h, 3 * h);
        System.arraycopy(q, 2 * h, z, 3 * h, h);
        for (int j = 0; j < h; j++) {
          y[j] = z[2 * h + j] + z[h + j] * (y[j] - z[2 * h + j]);
        }
        gates.write(n, z);
        hidden.write(n, y);
      }
    }
  }

  private static void grad(KernelCall<None> call) {
    try (RecurrentCall in = new RecurrentCall(call, call.input(0).shape())) {
      int h = in.hidden();
      StepProduct product = StepProduct.of(in, call.input(2), false, null, null);
      Buffer dy = in.floats(0);
      Buffer first = in.floats(1);
      Buffer states = in.floats(3);
      Buffer gates = in.floats(4);
      Output dp = in.output(0);
      Output dq = in.stepwise(1);
      Output dh = in.output(2);
      Buffer through = in.scratch(in.batch() * h);
      Rows kept = in.rows(through, 0, h);
      for (long t = in.steps() - 1; t >= 0; t--) {
        in.each(
            new Backward(
                in.rows(gates, t, 4 * h),
                t == 0 ? in.rows(first, 0, h) : in.rows(states, t - 1, h),
                in.rows(dy, t, h),
                t == in.steps() - 1,
                dh.rows(0),
                kept,
                dp.rows(t),
                dq.rows(t)));
        in.round(dq, t);
        product.run(dq.address(t), dh.wideAddress(0));
      }
      in.each(new Sum(dh.rows(0), kept));
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
      int h = dy.width();
      float[] z = new float[4 * h];
      float[] y = new float[h];
      float[] d = new float[h];
      float[] more = new float[h];
      float[] p = new float[3 * h];
      for (long n = from; n < to; n++) {
        gates.read(n, z);
        before.read(n, y);
        dy.read(n, d);
        if (!last) {
          dh.read(n, more);
          GateMath.add(d, more);
          kept.read(n, more);
          GateMath.add(d, more);
        }
        gradients(z, y, d, p);
        dp.write(n, p);
        for (int j = 0; j < h; j++) {
          p[2 * h + j] *= z[j];
          d[j] *= z[h + j];
        }
        dq.write(n, p);
        kept.write(n, d);
      }
    }
  }

  /**
   * One sequence's gradients of the sums.
   *
   * @param z gates r, z, n and the state's share of n
   * @param y the hidden state before
   * @param d gradient of the hidden state
   * @param p where gradients of the sums go
   */
  private static void gradients(float[] z, float[] y, float[] d, float[] p) {
    int h = y.length;
    for (int j = 0; j < h; j++) {
      float r = z[j];
      float n = z[2 * h + j];
      float inner = d[j] * (1 - z[h + j]) * (1 - n * n);
      p[2 * h + j] = inner;
      p[j] = inner * z[3 * h + j] * r * (1 - r);
    }
    for (int j = 0; j < h; j++) {
      float u = z[h + j];
      p[h + j] = d[j] * (y[j] - z[2 * h + j]) * u * (1 - u);
    }
  }

  /** Adds rows to others in place. */
  private record Sum(Rows to, Rows more) implements Team.Range {
    @Override
    public void run(long from, long until) {
      float[] a = new float[to.width()];
      float[] b = new float[to.width()];
      for (long n = from; n < until; n++) {
        to.read(n, a);
        more.read(n, b);
        GateMath.add(a, b);
        to.write(n, a);
      }
    }
  }
}
