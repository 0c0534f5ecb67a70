package dev.mycel.onednn;

import dev.mycel.core.Attrs;
import dev.mycel.core.DType;
import dev.mycel.core.Prims;
import dev.mycel.core.spi.Access;
import dev.mycel.core.spi.Buffer;
import dev.mycel.core.spi.KernelCall;
import dev.mycel.core.spi.KernelTable;
import dev.mycel.onednn.RecurrentCall.Output;
import dev.mycel.onednn.RecurrentCall.Rows;

/** The plain recurrent layer: a product and one pass over its results for each step. */
final class RnnKernels {
  private RnnKernels() {}

  static void register(KernelTable table) {
    table.put(
        Prims.RNN,
        Access.CONTIGUOUS,
        "matmul and one pass a step",
        call -> StepProduct.takes(call.input(0)),
        RnnKernels::forward);
    table.put(
        Prims.RNN_GRAD,
        Access.CONTIGUOUS,
        "matmul and one pass a step",
        call -> StepProduct.takes(call.input(0)),
        RnnKernels::grad);
  }

  private static void forward(KernelCall<Attrs.Rnn> call) {
    try (RecurrentCall in = new RecurrentCall(call, call.outputType(0).shape())) {
      DType type = call.input(0).dtype();
      Output y = in.stepwise(0);
      long sums = in.address(0);
      long state = in.address(1);
      in.sweep(
          new StepProduct.Form(call.input(2), true, null, type),
          piece -> {
            long from = piece.from();
            long h = state + from * in.hidden() * type.bytes();
            for (long t = 0; t < in.steps(); t++) {
              long p = sums + (t * in.batch() + from) * in.hidden() * type.bytes();
              piece.product().run(h, y.wideAddress(t, from), p);
              piece.each(new Forward(call.attrs().relu(), y.rows(t)));
              piece.round(y, t);
              h = y.address(t, from);
            }
          });
    }
  }

  /** Applies the activation in place. */
  private record Forward(boolean relu, Rows hidden) implements Team.Range {
    @Override
    public void run(long from, long to) {
      int h = hidden.hidden();
      float[] y = new float[h];
      for (long n = from; n < to; n++) {
        hidden.read(n, y);
        if (relu) {
          for (int j = 0; j < h; j++) {
            y[j] = Math.max(y[j], 0);
          }
        } else {
          GateMath.tanh(y);
        }
        hidden.write(n, y);
      }
    }
  }

  private static void grad(KernelCall<Attrs.Rnn> call) {
    try (RecurrentCall in = new RecurrentCall(call, call.input(0).shape())) {
      Buffer dy = in.floats(0);
      Buffer states = in.floats(2);
      Output dp = in.stepwise(0);
      Output dh = in.output(1);
      in.sweep(
          new StepProduct.Form(call.input(1), false, null, null),
          piece -> {
            for (long t = in.steps() - 1; t >= 0; t--) {
              piece.each(
                  new Backward(
                      call.attrs().relu(),
                      in.rows(states, t, 1),
                      in.rows(dy, t, 1),
                      t == in.steps() - 1,
                      dh.rows(0),
                      dp.rows(t)));
              piece.round(dp, t);
              piece.product().run(dp.address(t, piece.from()), dh.wideAddress(0, piece.from()));
            }
          });
      in.round(dh);
    }
  }

  /**
   * The gradients of one step's sums.
   *
   * @param last whether nothing has come back from later steps
   */
  private record Backward(boolean relu, Rows states, Rows dy, boolean last, Rows dh, Rows dp)
      implements Team.Range {
    @Override
    public void run(long from, long to) {
      int h = dy.hidden();
      float[] y = new float[h];
      float[] d = new float[h];
      float[] more = new float[h];
      for (long n = from; n < to; n++) {
        states.read(n, y);
        dy.read(n, d);
        if (!last) {
          dh.read(n, more);
          GateMath.add(d, more);
        }
        if (relu) {
          for (int j = 0; j < h; j++) {
            d[j] = y[j] > 0 ? d[j] : 0;
          }
        } else {
          for (int j = 0; j < h; j++) {
            d[j] *= 1 - y[j] * y[j];
          }
        }
        dp.write(n, d);
      }
    }
  }
}
