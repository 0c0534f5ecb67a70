package dev.mycel.onednn;

import dev.mycel.core.DType;
import java.nio.FloatBuffer;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Turns a weight of 3 by 3 into 16 matrices [channels in, channels out], {@code G g Gt}, and sums
 * of products of that form into the weight's gradient, {@code Gt m G}. Both work on planes: one
 * matrix for each place of the kernel.
 */
final class WinogradWeights {
  private static final int KERNEL = 3;
  private static final int SIDE = 4;
  private static final int PLANES = KERNEL * KERNEL;

  /** Places in the room of the gradient's transform, after its matrices and rows. */
  private static final int FREE = WinogradShape.POSITIONS + KERNEL * SIDE;

  private static final int DOUBT = FREE + 1;

  private WinogradWeights() {}

  /** Work on a piece of the elements, with arrays of its own. */
  private interface Piece {
    void run(float[][] room, int at, int count);
  }

  /** Cuts elements into pieces; there are as many sets of arrays as threads ask for at once. */
  private static void inPieces(int all, int arrays, Piece piece) {
    ConcurrentLinkedQueue<float[][]> idle = new ConcurrentLinkedQueue<>();
    try (HeapScratch scratch = new HeapScratch()) {
      Team.run(
          pieces(all),
          1,
          (from, end) -> {
            float[][] known = idle.poll();
            float[][] room = known == null ? scratch.zeros(arrays, Chunks.SIZE) : known;
            for (long i = from; i < end; i++) {
              int at = (int) i * Chunks.SIZE;
              piece.run(room, at, Math.min(Chunks.SIZE, all - at));
            }
            idle.add(room);
          });
    }
  }

  /**
   * A weight [O, I, 3, 3] as planes.
   *
   * @param turned whether they are [O, I], for the convolution's gradient, or [I, O]
   */
  static Desc planes(long out, long in, boolean turned) {
    long all = out * in;
    return Desc.of(
        DType.FLOAT32,
        new long[] {out, in, KERNEL, KERNEL},
        new long[] {turned ? in : 1, turned ? 1 : out, KERNEL * all, all});
  }

  /** Floats of the planes. */
  static long planesSize(long out, long in) {
    return PLANES * out * in;
  }

  /**
   * Transforms planes of {@code all} elements.
   *
   * @param turned whether by half a circle
   */
  static void transform(FloatBuffer planes, int all, boolean turned, FloatBuffer to) {
    inPieces(
        all,
        PLANES + 2 * KERNEL + 1,
        (room, at, count) -> {
          for (int i = 0; i < PLANES; i++) {
            planes.get((turned ? PLANES - 1 - i : i) * all + at, room[i], 0, count);
          }
          transform(room, count, to, at, all);
        });
  }

  /** Transforms a piece of the nine planes, the first arrays of the room; the others are free. */
  private static void transform(float[][] g, int count, FloatBuffer to, int at, int all) {
    int q = PLANES;
    for (int j = 0; j < KERNEL; j++) {
      WinogradLoops.halfSum(g[j], g[3 + j], g[6 + j], g[q + j], count);
      WinogradLoops.halfAlternating(g[j], g[3 + j], g[6 + j], g[q + 3 + j], count);
    }
    float[] t = g[q + 6];
    row(to, at, all, count, t, g[0], g[1], g[2]);
    row(to, at + SIDE * all, all, count, t, g[q], g[q + 1], g[q + 2]);
    row(to, at + 2 * SIDE * all, all, count, t, g[q + 3], g[q + 4], g[q + 5]);
    row(to, at + 3 * SIDE * all, all, count, t, g[6], g[7], g[8]);
  }

  private static void row(
      FloatBuffer to, int at, int all, int count, float[] t, float[] a, float[] b, float[] c) {
    to.put(at, a, 0, count);
    WinogradLoops.halfSum(a, b, c, t, count);
    to.put(at + all, t, 0, count);
    WinogradLoops.halfAlternating(a, b, c, t, count);
    to.put(at + 2 * all, t, 0, count);
    to.put(at + 3 * all, c, 0, count);
  }

  /**
   * Adds several sums of 16 matrices of {@code all} elements and transforms the total into planes.
   *
   * @return whether all of it is finite
   */
  static boolean gradient(FloatBuffer[] sums, int all, FloatBuffer planes) {
    AtomicBoolean finite = new AtomicBoolean(true);
    inPieces(
        all,
        WinogradShape.POSITIONS + KERNEL * SIDE + 2,
        (room, at, count) -> {
          total(sums, all, at, count, room);
          gradient(room, count, planes, at, all);
          if (!WinogradLoops.isClear(room[DOUBT])) {
            finite.set(false);
          }
        });
    return finite.get();
  }

  /** The total of 16 matrices into the first arrays of the room. */
  private static void total(FloatBuffer[] sums, int all, int at, int count, float[][] z) {
    for (int i = 0; i < WinogradShape.POSITIONS; i++) {
      sums[0].get(i * all + at, z[i], 0, count);
      for (int k = 1; k < sums.length; k++) {
        sums[k].get(i * all + at, z[FREE], 0, count);
        WinogradLoops.add(z[i], z[FREE], z[i], count);
      }
    }
  }

  /** Transforms a piece of 16 matrices, the first arrays of the room. */
  private static void gradient(float[][] z, int count, FloatBuffer planes, int at, int all) {
    int q = WinogradShape.POSITIONS;
    for (int j = 0; j < SIDE; j++) {
      WinogradLoops.addHalf(z[j], z[4 + j], z[8 + j], z[q + j], count);
      WinogradLoops.halfDifference(z[4 + j], z[8 + j], z[q + 4 + j], count);
      WinogradLoops.halfLess(z[12 + j], z[4 + j], z[8 + j], z[q + 8 + j], count);
    }
    float[] t = z[FREE];
    for (int r = 0; r < KERNEL; r++) {
      int place = at + KERNEL * r * all;
      int from = q + SIDE * r;
      float[] b = z[from + 1];
      float[] c = z[from + 2];
      WinogradLoops.addHalf(z[from], b, c, t, count);
      WinogradLoops.look(t, z[DOUBT], count);
      planes.put(place, t, 0, count);
      WinogradLoops.halfDifference(b, c, t, count);
      WinogradLoops.look(t, z[DOUBT], count);
      planes.put(place + all, t, 0, count);
      WinogradLoops.halfLess(z[from + 3], b, c, t, count);
      WinogradLoops.look(t, z[DOUBT], count);
      planes.put(place + 2 * all, t, 0, count);
    }
  }

  private static int pieces(int all) {
    return (all + Chunks.SIZE - 1) / Chunks.SIZE;
  }
}
