package dev.mycel.test;

import static dev.mycel.core.None.NONE;

import dev.mycel.core.Attrs;
import dev.mycel.core.DType;
import dev.mycel.core.DTypeException;
import dev.mycel.core.Prims;
import dev.mycel.core.ShapeException;
import java.util.List;

/** Rows of the recurrent layers and their gradients. */
final class RecurrentSamples {
  private RecurrentSamples() {}

  static void addTo(List<OpSample<?>> rows) {
    lstm(rows, "", 3, 2, 3, 2);
    lstm(rows, "one step", 1, 3, 2, 2);
    lstm(rows, "large", 5, 21, 33, 0);
    gru(rows, "", 3, 2, 3, 2);
    gru(rows, "one step", 1, 3, 2, 2);
    gru(rows, "large", 5, 21, 33, 0);
    for (boolean relu : new boolean[] {false, true}) {
      String name = relu ? "relu" : "tanh";
      rnn(rows, name, new Attrs.Rnn(relu), 3, 2, 3, 2);
      rnn(rows, name + ", large", new Attrs.Rnn(relu), 5, 21, 33, 0);
    }
    rows.add(
        OpSample.of(
                Prims.LSTM,
                NONE,
                Draw.normal(2, 0, 8),
                Draw.normal(0, 2),
                Draw.normal(0, 2),
                Draw.normal(8, 2))
            .note("no sequences")
            .flat()
            .row());
    refusals(rows);
  }

  private static void lstm(List<OpSample<?>> rows, String note, long t, long n, long h, int order) {
    Draw y = Draw.normal(t, n, h);
    Draw state = Draw.normal(n, h);
    Draw w = weight(4, h);
    rows.add(
        OpSample.of(Prims.LSTM, NONE, Draw.normal(t, n, 4 * h), state, state, w)
            .note(note)
            .loose(32)
            .gradOrder(order)
            .row());
    Draw gates = Draw.uniform(0.1, 0.9, t, n, 4 * h);
    rows.add(
        OpSample.of(Prims.LSTM_GRAD, NONE, y, state, w, y, gates)
            .note(note)
            .loose(32)
            .gradOrder(order)
            .row());
    rows.add(
        OpSample.of(Prims.LSTM_GRAD, NONE, y, state, w, y, gates, y)
            .note(join(note, "with the cell states' gradient"))
            .loose(32)
            .gradOrder(order)
            .row());
    rows.add(
        OpSample.of(Prims.LSTM_GRAD, NONE, y, state, w, y, gates, y, gates)
            .note(join(note, "with the gates' gradient"))
            .loose(32)
            .gradOrder(order)
            .row());
  }

  private static void gru(List<OpSample<?>> rows, String note, long t, long n, long h, int order) {
    Draw y = Draw.normal(t, n, h);
    Draw state = Draw.normal(n, h);
    Draw w = weight(3, h);
    Draw p = Draw.normal(t, n, 3 * h);
    rows.add(OpSample.of(Prims.GRU, NONE, p, state, w).note(note).loose(32).gradOrder(order).row());
    rows.add(
        OpSample.of(Prims.GRU, NONE, p, state, w, Draw.normal(3 * h))
            .note(join(note, "bias"))
            .loose(32)
            .gradOrder(order)
            .row());
    Draw gates = Draw.uniform(0.1, 0.9, t, n, 4 * h);
    rows.add(
        OpSample.of(Prims.GRU_GRAD, NONE, y, state, w, y, gates)
            .note(note)
            .loose(32)
            .gradOrder(order)
            .row());
    rows.add(
        OpSample.of(Prims.GRU_GRAD, NONE, y, state, w, y, gates, gates)
            .note(join(note, "with the gates' gradient"))
            .loose(32)
            .gradOrder(order)
            .row());
  }

  private static void rnn(
      List<OpSample<?>> rows, String note, Attrs.Rnn a, long t, long n, long h, int order) {
    Draw y = Draw.normal(t, n, h);
    Draw state = Draw.normal(n, h);
    Draw w = weight(1, h);
    rows.add(OpSample.of(Prims.RNN, a, y, state, w).note(note).loose(32).gradOrder(order).row());
    rows.add(
        OpSample.of(Prims.RNN_GRAD, a, y, w, Draw.uniform(0.1, 0.9, t, n, h))
            .note(note)
            .loose(32)
            .gradOrder(order)
            .row());
  }

  /** Recurrent weights that neither forget nor overflow a few steps later. */
  private static Draw weight(long gates, long h) {
    double bound = 1 / Math.sqrt(h);
    return Draw.uniform(-bound, bound, gates * h, h);
  }

  private static String join(String a, String b) {
    return a.isEmpty() ? b : a + ", " + b;
  }

  private static void refusals(List<OpSample<?>> rows) {
    Draw p = Draw.normal(2, 3, 8);
    Draw state = Draw.normal(3, 2);
    Draw w = Draw.normal(8, 2);
    rows.add(
        OpSample.of(Prims.LSTM, NONE, p, state, state, w)
            .note("two steps")
            .loose(32)
            .refuses("no steps", ShapeException.class, Draw.normal(0, 3, 8), state, state, w)
            .refuses(
                "another number of sequences",
                ShapeException.class,
                p,
                Draw.normal(2, 2),
                Draw.normal(2, 2),
                w)
            .refuses("another cell state", ShapeException.class, p, state, Draw.normal(3, 3), w)
            .refuses("the weight turned", ShapeException.class, p, state, state, Draw.normal(2, 8))
            .refuses("a double state", DTypeException.class, p, state.as(DType.FLOAT64), state, w)
            .refuses(
                "integers",
                DTypeException.class,
                p.as(DType.INT32),
                state.as(DType.INT32),
                state,
                w.as(DType.INT32))
            .row());
  }
}
