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
      DType type = call.input(0).dtype();
      Output y = in.stepwise(0);
      Output c = in.output(1);
      Output gates = in.output(2);
      Rows first = in.rows(in.floats(2), 0, 1);
      long sums = in.address(0);
      long state = in.address(1);
      in.sweep(
          new StepProduct.Form(call.input(3), true, null, type),
          piece -> {
            long from = piece.from();
            long h = state + from * in.hidden() * type.bytes();
            for (long t = 0; t < in.steps(); t++) {
              long p = sums + (t * in.batch() + from) * 4 * in.hidden() * type.bytes();
              piece.product().run(h, gates.wideAddress(t, from), p);
              Rows before = t == 0 ? first : c.rows(t - 1);
              piece.each(new Forward(gates.rows(t), before, c.rows(t), y.rows(t)));
              piece.round(y, t);
              h = y.address(t, from);
            }
          });
      in.round(c);
      in.round(gates);
    }
  }

  /** The gates of one step from their sums, in place, and both states. */
  private record Forward(Rows gates, Rows before, Rows after, Rows hidden) implements Team.Range {
    @Override
    public void run(long from, long to) {
      int h = hidden.hidden();
      float[] i = new float[h];
      float[] f = new float[h];
      float[] g = new float[h];
      float[] o = new float[h];
      float[] c = new float[h];
      for (long n = from; n < to; n++) {
        sigmoid(gates, n, 0, i);
        sigmoid(gates, n, 1, f);
        gates.read(n, 2, g);
        GateMath.tanh(g);
        gates.write(n, 2, g);
        sigmoid(gates, n, 3, o);
        before.read(n, c);
        for (int j = 0; j < h; j++) {
          c[j] = f[j] * c[j] + i[j] * g[j];
        }
        after.write(n, c);
        GateMath.tanh(c);
        for (int j = 0; j < h; j++) {
          c[j] *= o[j];
        }
        hidden.write(n, c);
      }
    }
  }

  private static void sigmoid(Rows gates, long n, int part, float[] a) {
    gates.read(n, part, a);
    GateMath.sigmoid(a);
    gates.write(n, part, a);
  }

  private static void grad(KernelCall<None> call) {
    try (RecurrentCall in = new RecurrentCall(call, call.input(0).shape())) {
      Buffer dy = in.floats(0);
      Buffer first = in.floats(1);
      Buffer cells = in.floats(3);
      Buffer gates = in.floats(4);
      Buffer given = call.inputCount() > 5 ? in.floats(5) : null;
      Output dp = in.stepwise(0);
      Output dh = in.output(1);
      Output dc = in.output(2);
      in.sweep(
          new StepProduct.Form(call.input(2), false, null, null),
          piece -> {
            for (long t = in.steps() - 1; t >= 0; t--) {
              piece.each(
                  new Backward(
                      in.rows(gates, t, 4),
                      in.rows(cells, t, 1),
                      t == 0 ? in.rows(first, 0, 1) : in.rows(cells, t - 1, 1),
                      in.rows(dy, t, 1),
                      given == null ? null : in.rows(given, t, 1),
                      t == in.steps() - 1,
                      dh.rows(0),
                      dc.rows(0),
                      dp.rows(t)));
              piece.round(dp, t);
              piece.product().run(dp.address(t, piece.from()), dh.wideAddress(0, piece.from()));
            }
          });
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
      int h = dy.hidden();
      float[][] z = new float[4][h];
      float[][] d = new float[4][h];
      float[] y = new float[h];
      float[] c = new float[h];
      float[] s = new float[h];
      float[] more = new float[h];
      for (long n = from; n < to; n++) {
        for (int k = 0; k < 4; k++) {
          gates.read(n, k, z[k]);
        }
        cells.read(n, s);
        GateMath.tanh(s);
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
        outputGate(z[3], s, y, c, d[3]);
        inputGates(z[0], z[2], c, d[0], d[2]);
        before.read(n, more);
        forgetGate(z[1], more, c, d[1]);
        for (int k = 0; k < 4; k++) {
          dp.write(n, k, d[k]);
        }
        dc.write(n, c);
      }
    }
  }

  /** The gradient of the output gate's sums; {@code c} becomes the cell state's whole gradient. */
  private static void outputGate(float[] o, float[] tanh, float[] dh, float[] c, float[] sums) {
    for (int j = 0; j < c.length; j++) {
      float s = tanh[j];
      float d = dh[j] * o[j];
      c[j] += d * (1 - s * s);
      sums[j] = d * s * (1 - o[j]);
    }
  }

  /** The gradients of the sums of the input gate and of what it lets in. */
  private static void inputGates(float[] i, float[] g, float[] c, float[] ofI, float[] ofG) {
    for (int j = 0; j < c.length; j++) {
      float d = c[j] * i[j];
      ofI[j] = d * g[j] * (1 - i[j]);
      ofG[j] = d * (1 - g[j] * g[j]);
    }
  }

  /** The gradient of the forget gate's sums; {@code c} becomes that of the cell state before. */
  private static void forgetGate(float[] f, float[] before, float[] c, float[] sums) {
    for (int j = 0; j < c.length; j++) {
      float d = c[j] * f[j];
      sums[j] = d * before[j] * (1 - f[j]);
      c[j] = d;
    }
  }
}
