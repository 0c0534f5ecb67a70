package dev.mycel.onednn;

import dev.mycel.core.None;
import dev.mycel.core.Prims;
import dev.mycel.core.spi.Access;
import dev.mycel.core.spi.Buffer;
import dev.mycel.core.spi.KernelCall;
import dev.mycel.core.spi.KernelTable;
import dev.mycel.onednn.RecurrentCall.Output;
import dev.mycel.onednn.RecurrentCall.Rows;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** LSTM: a product and one pass over the gates for each step. */
final class LstmKernels {
  private LstmKernels() {}

  static void register(KernelTable table) {
    table.put(
        Prims.LSTM,
        Access.CONTIGUOUS,
        "matmul and one pass a step",
        call -> StepProduct.takes(call.input(0)),
        LstmKernels::forward);
    table.put(
        Prims.LSTM_GRAD,
        Access.CONTIGUOUS,
        "matmul and one pass a step, no gradient of the gates",
        call -> StepProduct.takes(call.input(0)) && call.inputCount() <= 6,
        LstmKernels::grad);
  }

  private static void forward(KernelCall<None> call) {
    try (RecurrentCall in = new RecurrentCall(call, call.outputType(0).shape())) {
      Buffer p = call.input(0);
      StepProduct product = StepProduct.of(in, call.input(3), true, null, p.dtype());
      Output y = in.stepwise(0);
      Output c = in.output(1);
      Output gates = in.output(2);
      Rows before = in.rows(in.floats(2), 0, in.hidden());
      long sums = in.address(0);
      long h = in.address(1);
      for (long t = 0; t < in.steps(); t++) {
        product.run(h, gates.wideAddress(t), sums + t * gates.size() * p.dtype().bytes());
        Forward step = new Forward(gates.rows(t), before, c.rows(t), y.rows(t));
        in.each(step);
        in.round(y, t);
        before = step.after();
        h = y.address(t);
      }
      in.round(c);
      in.round(gates);
    }
  }

  /** The gates of one step from their sums, in place, and both states. */
  private record Forward(Rows gates, Rows before, Rows after, Rows hidden) implements Team.Range {
    @Override
    public void run(long from, long to) {
      int h = hidden.width();
      float[] z = new float[4 * h];
      float[] c = new float[h];
      float[] y = new float[h];
      for (long n = from; n < to; n++) {
        gates.read(n, z);
        before.read(n, c);
        GateMath.sigmoid(z, 0, 2 * h);
        GateMath.tanh(z, 2 * h, 3 * h);
        GateMath.sigmoid(z, 3 * h, 4 * h);
        for (int j = 0; j < h; j++) {
          c[j] = z[h + j] * c[j] + z[j] * z[2 * h + j];
        }
        System.arraycopy(c, 0, y, 0, h);
        GateMath.tanh(y, 0, h);
        for (int j = 0; j < h; j++) {
          y[j] *= z[3 * h + j];
        }
        gates.write(n, z);
        after.write(n, c);
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
      Buffer cells = in.floats(3);
      Buffer gates = in.floats(4);
      Buffer given = call.inputCount() > 5 ? in.floats(5) : null;
      Output dp = in.stepwise(0);
      Output dh = in.output(1);
      Output dc = in.output(2);
      for (long t = in.steps() - 1; t >= 0; t--) {
        in.each(
            new Backward(
                in.rows(gates, t, 4 * h),
                in.rows(cells, t, h),
                t == 0 ? in.rows(first, 0, h) : in.rows(cells, t - 1, h),
                in.rows(dy, t, h),
                given == null ? null : in.rows(given, t, h),
                t == in.steps() - 1,
                dh.rows(0),
                dc.rows(0),
                dp.rows(t)));
        in.round(dp, t);
        product.run(dp.address(t), dh.wideAddress(0));
      }
      in.round(dh);
      in.round(dc);
    }
  }

  /**
   * The gradients of one step's sums, and of the cell state before it.
   *
   * @param last whether nothing has come back from later steps
   */
  private record Backward(
      Rows gates,
      Rows cells,
      Rows before,
      Rows dy,
      @Nullable Rows given,
      boolean last,
      Rows dh,
      Rows dc,
      Rows dp)
      implements Team.Range {
    @Override
    public void run(long from, long to) {
      int h = dy.width();
      float[] z = new float[4 * h];
      float[] d = new float[4 * h];
      float[] y = new float[h];
      float[] c = new float[h];
      float[] s = new float[h];
      float[] more = new float[h];
      for (long n = from; n < to; n++) {
        gates.read(n, z);
        cells.read(n, s);
        GateMath.tanh(s, 0, h);
        dy.read(n, y);
        if (last) {
          Arrays.fill(c, 0);
        } else {
          dh.read(n, more);
          GateMath.add(y, more);
          dc.read(n, c);
        }
        if (given != null) {
          given.read(n, more);
          GateMath.add(c, more);
        }
        before.read(n, more);
        gradients(z, s, more, y, c, d);
        dp.write(n, d);
        dc.write(n, c);
      }
    }
  }

  /**
   * One sequence's gradients of the sums.
   *
   * @param z gates i, f, g, o
   * @param s tanh of the cell state
   * @param before the cell state before
   * @param dh gradient of the hidden state
   * @param dc gradient of the cell state, and of the one before when this is done
   * @param d where gradients of the sums go
   */
  private static void gradients(
      float[] z, float[] s, float[] before, float[] dh, float[] dc, float[] d) {
    int h = s.length;
    for (int j = 0; j < h; j++) {
      float o = z[3 * h + j];
      dc[j] += dh[j] * o * (1 - s[j] * s[j]);
      d[3 * h + j] = dh[j] * s[j] * o * (1 - o);
    }
    for (int j = 0; j < h; j++) {
      float i = z[j];
      float g = z[2 * h + j];
      d[j] = dc[j] * g * i * (1 - i);
      d[2 * h + j] = dc[j] * i * (1 - g * g);
    }
    for (int j = 0; j < h; j++) {
      float f = z[h + j];
      d[h + j] = dc[j] * before[j] * f * (1 - f);
      dc[j] *= f;
    }
  }
}
