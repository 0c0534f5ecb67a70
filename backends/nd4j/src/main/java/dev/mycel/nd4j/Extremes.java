package dev.mycel.nd4j;

import dev.mycel.core.DType;
import dev.mycel.core.Shape;
import dev.mycel.core.spi.Buffer;
import dev.mycel.core.spi.KernelCall;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;

/**
 * Largest and smallest float32 over neighbouring axes, and their places along the last one. NaN
 * wins, as {@link Math#max(float, float)} has it, so that nobody has to look for it first.
 */
final class Extremes {
  /** Floats that are folded into as many: they stay in the first-level cache. */
  private static final int LANES = 256;

  /** Elements that a thread takes at a time. */
  private static final int PIECE = 1 << 15;

  /** Most elements, so that one buffer shows them all. */
  private static final long MOST = 1L << 28;

  private final boolean largest;
  private final FloatBuffer from;
  private final float[] lanes = new float[LANES];
  private final float[] chunk = new float[LANES];

  /** The lanes of a row, before they were folded further. */
  private final float[] folded = new float[LANES];

  private final int[] candidates = new int[LANES];

  private Extremes(boolean largest, ByteBuffer from) {
    this.largest = largest;
    this.from = from.asFloatBuffer();
  }

  private static Extremes of(Buffer x, boolean largest) {
    long bytes = x.size() * Float.BYTES;
    return new Extremes(largest, Memory.bytes(NativeStorage.address(x), bytes));
  }

  /** Whether elements over these axes, which are sorted, are some rows or columns of a matrix. */
  static boolean takes(Buffer x, int... axes) {
    boolean fits =
        x.dtype() == DType.FLOAT32
            && x.size() > Kernels.SMALL
            && x.size() < MOST
            && axes.length > 0;
    return fits && axes[axes.length - 1] - axes[0] == axes.length - 1;
  }

  private static int product(Shape s, int from, int to) {
    long product = 1;
    for (int i = from; i < to; i++) {
      product *= s.dim(i);
    }
    return (int) product;
  }

  /** Values over axes, which are sorted neighbours. */
  static void values(KernelCall<?> call, boolean largest, int... axes) {
    Buffer x = call.input(0);
    Shape s = x.shape();
    int last = axes[axes.length - 1] + 1;
    int outer = product(s, 0, axes[0]);
    int length = product(s, axes[0], last);
    int inner = product(s, last, s.rank());
    long to = Kernels.output(call, 0);
    Nd4jBackend backend = Kernels.backend(call);
    if (inner > 1) {
      int tiles = (inner + LANES - 1) / LANES;
      long grain = Math.max(1, PIECE / ((long) length * Math.min(inner, LANES)));
      Team.run(
          backend,
          (long) outer * tiles,
          grain,
          (first, end) -> {
            Extremes e = of(x, largest);
            for (int i = (int) first; i < end; i++) {
              int column = i % tiles * LANES;
              int width = Math.min(LANES, inner - column);
              long place = (long) (i / tiles) * inner + column;
              e.columns(i / tiles * length * inner + column, length, inner, width);
              Memory.write(to + place * Float.BYTES, Float.BYTES, e.lanes, 0, width);
            }
          });
    } else if (outer > 1) {
      rows(backend, x, largest, outer, length, to);
    } else {
      // One row: its parts are rows, but for the last one, which may be shorter.
      float[] parts = new float[(length + PIECE - 1) / PIECE];
      Team.run(
          backend,
          length,
          PIECE,
          (first, end) ->
              parts[(int) (first / PIECE)] = of(x, largest).row((int) first, (int) (end - first)));
      Extremes all = of(x, largest);
      Memory.write(to, Float.BYTES, new float[] {all.fold(parts, parts.length)}, 0, 1);
    }
  }

  private static void rows(
      Nd4jBackend backend, Buffer x, boolean largest, int count, int length, long to) {
    Team.run(
        backend,
        count,
        Math.max(1, PIECE / length),
        (first, end) -> {
          Extremes e = of(x, largest);
          float[] found = new float[(int) (end - first)];
          for (int i = 0; i < found.length; i++) {
            found[i] = e.row((int) (first + i) * length, length);
          }
          Memory.write(to + first * Float.BYTES, Float.BYTES, found, 0, found.length);
        });
  }

  /** Places along the last axis. */
  static void places(KernelCall<?> call, boolean largest) {
    Buffer x = call.input(0);
    int length = (int) x.shape().dim(x.shape().rank() - 1);
    int count = (int) (x.size() / length);
    long to = Kernels.output(call, 0);
    Team.run(
        Kernels.backend(call),
        count,
        Math.max(1, PIECE / length),
        (first, end) -> {
          Extremes e = of(x, largest);
          long[] found = new long[(int) (end - first)];
          for (int i = 0; i < found.length; i++) {
            found[i] = e.place((int) (first + i) * length, length);
          }
          Memory.write(to + first * Long.BYTES, Long.BYTES, found, 0, found.length);
        });
  }

  /** Leaves in the first lanes the extremes of so many columns. */
  private void columns(int at, int length, int step, int width) {
    from.get(at, lanes, 0, width);
    for (int i = 1; i < length; i++) {
      from.get(at + i * step, chunk, 0, width);
      join(width);
    }
  }

  private float row(int at, int length) {
    int n = Math.min(LANES, length);
    from.get(at, lanes, 0, n);
    for (int done = n; done < length; done += LANES) {
      int more = Math.min(LANES, length - done);
      from.get(at + done, chunk, 0, more);
      join(more);
    }
    System.arraycopy(lanes, 0, folded, 0, n);
    while (n > 32 && n % 2 == 0) {
      n /= 2;
      System.arraycopy(lanes, n, chunk, 0, n);
      join(n);
    }
    return fold(lanes, n);
  }

  private void join(int n) {
    if (largest) {
      max(lanes, chunk, n);
    } else {
      min(lanes, chunk, n);
    }
  }

  private static void max(float[] a, float[] b, int n) {
    for (int i = 0; i < n; i++) {
      a[i] = Math.max(a[i], b[i]);
    }
  }

  private static void min(float[] a, float[] b, int n) {
    for (int i = 0; i < n; i++) {
      a[i] = Math.min(a[i], b[i]);
    }
  }

  private float fold(float[] values, int n) {
    float found = values[0];
    for (int i = 1; i < n; i++) {
      found = largest ? Math.max(found, values[i]) : Math.min(found, values[i]);
    }
    return found;
  }

  /**
   * Where a row's extreme is: the first among equals, or the first NaN. Only lanes that came to
   * hold it are looked through, mostly one.
   */
  private int place(int at, int length) {
    float found = row(at, length);
    int count = lanesOf(found, Math.min(LANES, length));
    for (int done = 0; done < length; done += LANES) {
      for (int k = 0; k < count; k++) {
        int here = done + candidates[k];
        if (here < length && same(from.get(at + here), found)) {
          return here;
        }
      }
    }
    throw new IllegalStateException("no element is the extreme of its row");
  }

  private int lanesOf(float found, int n) {
    int count = 0;
    if (Float.isNaN(found)) {
      for (int i = 0; i < n; i++) {
        if (Float.isNaN(folded[i])) {
          candidates[count++] = i;
        }
      }
    } else {
      for (int i = 0; i < n; i++) {
        if (folded[i] == found) {
          candidates[count++] = i;
        }
      }
    }
    return count;
  }

  private static boolean same(float a, float b) {
    return a == b || Float.isNaN(a) && Float.isNaN(b);
  }
}
