package dev.mycel.onednn;

import dev.mycel.core.Attrs;
import dev.mycel.core.DType;
import dev.mycel.core.Prims;
import dev.mycel.core.spi.Access;
import dev.mycel.core.spi.Buffer;
import dev.mycel.core.spi.KernelCall;
import dev.mycel.core.spi.KernelTable;

/**
 * Optimizer steps in one pass over float32 weights and their state, in place where the variables
 * own their memory.
 */
final class UpdateKernels {
  /** Elements that a thread takes at a time. */
  private static final int PIECE = 1 << 16;

  /** Elements on the heap at a time; measured: larger blocks take up to twice as long. */
  private static final int BLOCK = 128;

  private UpdateKernels() {}

  /** One piece of an update: weights, up to two states, the gradient. */
  private interface Piece {
    void run(float[] w, float[] s, float[] t, float[] g, int n);
  }

  static void register(KernelTable table) {
    table.put(
        Prims.SGD_UPDATE,
        Access.CONTIGUOUS,
        "one pass, float32",
        UpdateKernels::takes,
        UpdateKernels::sgd);
    table.put(
        Prims.MOMENTUM_UPDATE,
        Access.CONTIGUOUS,
        "one pass, float32",
        UpdateKernels::takes,
        UpdateKernels::momentum);
    table.put(
        Prims.ADAM_UPDATE,
        Access.CONTIGUOUS,
        "one pass, float32",
        UpdateKernels::takes,
        UpdateKernels::adam);
    table.put(
        Prims.ADAM_WEIGHT_DECAY_UPDATE,
        Access.CONTIGUOUS,
        "one pass, float32",
        UpdateKernels::takes,
        UpdateKernels::adamWeightDecay);
  }

  private static boolean takes(KernelCall<?> call) {
    return call.input(0).dtype() == DType.FLOAT32;
  }

  private static float scalar(Buffer b) {
    if (b.dtype() != DType.FLOAT32) {
      throw new IllegalStateException("update: a scalar of " + b.dtype());
    }
    float[] one = new float[1];
    Chunks.read(b, 0, one, 1);
    return one[0];
  }

  /**
   * Walks over the weights piece by piece: states are inputs and outputs {@code 0 .. states - 1},
   * the gradient is the input after them.
   */
  private static void walk(KernelCall<?> call, int states, Piece piece) {
    Buffer[] out = new Buffer[states];
    for (int i = 0; i < states; i++) {
      out[i] = call.isDonated(i) ? call.reuse(i) : call.output(i);
    }
    long size = call.input(0).size();
    Team.run(size, PIECE, (from, to) -> piece(call, out, states, piece, from, to));
  }

  private static void piece(
      KernelCall<?> call, Buffer[] out, int states, Piece piece, long from, long to) {
    int block = (int) Math.min(BLOCK, to - from);
    float[] w = new float[block];
    float[] s = new float[block];
    float[] t = new float[states > 2 ? block : 0];
    float[] g = new float[block];
    for (long at = from; at < to; at += block) {
      int n = (int) Math.min(block, to - at);
      Chunks.read(call.input(0), at, w, n);
      Chunks.read(call.input(1), at, s, n);
      if (states > 2) {
        Chunks.read(call.input(2), at, t, n);
      }
      Chunks.read(call.input(states), at, g, n);
      piece.run(w, s, t, g, n);
      Chunks.write(out[0], at, w, n);
      Chunks.write(out[1], at, s, n);
      if (states > 2) {
        Chunks.write(out[2], at, t, n);
      }
    }
  }

  private static void decay(float weightDecay, float[] w, float[] g, int n) {
    if (weightDecay != 0) {
      for (int i = 0; i < n; i++) {
        g[i] += weightDecay * w[i];
      }
    }
  }

  private static void sgd(KernelCall<Attrs.Sgd> call) {
    Attrs.Sgd a = call.attrs();
    float rate = scalar(call.input(3));
    boolean first = call.inputCount() > 4 && scalar(call.input(4)) > 0;
    float m = (float) a.momentum();
    float keep = (float) (1 - a.dampening());
    float wd = (float) a.weightDecay();
    walk(
        call,
        2,
        (w, s, t, g, n) -> {
          decay(wd, w, g, n);
          if (m == 0) {
            descend(w, g, rate, n);
          } else {
            accumulate(s, g, first ? 0 : m, first ? 1 : keep, n);
            step(w, s, g, rate, m, a.nesterov(), n);
          }
        });
  }

  private static void momentum(KernelCall<Attrs.Momentum> call) {
    Attrs.Momentum a = call.attrs();
    float rate = scalar(call.input(3));
    float m = (float) a.momentum();
    float wd = (float) a.weightDecay();
    walk(
        call,
        2,
        (w, s, t, g, n) -> {
          decay(wd, w, g, n);
          accumulate(s, g, m, 1, n);
          step(w, s, g, rate, m, a.nesterov(), n);
        });
  }

  private static void descend(float[] w, float[] g, float rate, int n) {
    for (int i = 0; i < n; i++) {
      w[i] -= rate * g[i];
    }
  }

  private static void accumulate(float[] s, float[] g, float m, float keep, int n) {
    for (int i = 0; i < n; i++) {
      s[i] = m * s[i] + keep * g[i];
    }
  }

  private static void step(
      float[] w, float[] s, float[] g, float rate, float m, boolean nesterov, int n) {
    if (nesterov) {
      for (int i = 0; i < n; i++) {
        w[i] -= rate * (g[i] + m * s[i]);
      }
    } else {
      descend(w, s, rate, n);
    }
  }

  private static void adam(KernelCall<Attrs.Adam> call) {
    Attrs.Adam a = call.attrs();
    float rate = scalar(call.input(4));
    float b1 = (float) a.beta1();
    float eps = (float) a.epsilon();
    float wd = (float) a.weightDecay();
    walk(
        call,
        3,
        (w, s, t, g, n) -> {
          decay(wd, w, g, n);
          moments(s, t, g, (float) (1 - a.beta1()), (float) (1 - a.beta2()), n);
          if (a.nesterov()) {
            for (int i = 0; i < n; i++) {
              float numerator = b1 * s[i] + (1 - b1) * g[i];
              w[i] -= rate * numerator / ((float) Math.sqrt(t[i]) + eps);
            }
          } else {
            for (int i = 0; i < n; i++) {
              w[i] -= rate * s[i] / ((float) Math.sqrt(t[i]) + eps);
            }
          }
        });
  }

  private static void adamWeightDecay(KernelCall<Attrs.Adam> call) {
    Attrs.Adam a = call.attrs();
    float rate = scalar(call.input(4));
    float eps = (float) a.epsilon();
    float wd = (float) a.weightDecay();
    walk(
        call,
        3,
        (w, s, t, g, n) -> {
          moments(s, t, g, (float) (1 - a.beta1()), (float) (1 - a.beta2()), n);
          for (int i = 0; i < n; i++) {
            w[i] -= rate * (s[i] / ((float) Math.sqrt(t[i]) + eps) + wd * w[i]);
          }
        });
  }

  private static void moments(float[] s, float[] t, float[] g, float c1, float c2, int n) {
    for (int i = 0; i < n; i++) {
      s[i] += c1 * (g[i] - s[i]);
      t[i] += c2 * (g[i] * g[i] - t[i]);
    }
  }
}
