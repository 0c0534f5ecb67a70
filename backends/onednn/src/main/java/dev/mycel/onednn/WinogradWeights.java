package dev.mycel.onednn;

import dev.mycel.core.DType;
import java.nio.FloatBuffer;
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

  private WinogradWeights() {}

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
    Team.run(
        pieces(all),
        1,
        (from, end) -> {
          float[][] g = new float[PLANES][Chunks.SIZE];
          float[][] q = new float[2 * KERNEL + 1][Chunks.SIZE];
          for (long piece = from; piece < end; piece++) {
            int at = (int) piece * Chunks.SIZE;
            int count = Math.min(Chunks.SIZE, all - at);
            for (int i = 0; i < PLANES; i++) {
              planes.get((turned ? PLANES - 1 - i : i) * all + at, g[i], 0, count);
            }
            for (int j = 0; j < KERNEL; j++) {
              WinogradLoops.halfSum(g[j], g[3 + j], g[6 + j], q[j], count);
              WinogradLoops.halfAlternating(g[j], g[3 + j], g[6 + j], q[3 + j], count);
            }
            row(to, at, all, count, q[6], g[0], g[1], g[2]);
            row(to, at + SIDE * all, all, count, q[6], q[0], q[1], q[2]);
            row(to, at + 2 * SIDE * all, all, count, q[6], q[3], q[4], q[5]);
            row(to, at + 3 * SIDE * all, all, count, q[6], g[6], g[7], g[8]);
          }
        });
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
    Team.run(
        pieces(all),
        1,
        (from, end) -> {
          float[][] z = new float[WinogradShape.POSITIONS][Chunks.SIZE];
          float[][] q = new float[KERNEL * SIDE][Chunks.SIZE];
          float[] t = new float[Chunks.SIZE];
          float[] doubt = new float[Chunks.SIZE];
          for (long piece = from; piece < end; piece++) {
            int at = (int) piece * Chunks.SIZE;
            int count = Math.min(Chunks.SIZE, all - at);
            total(sums, all, at, count, z, t);
            for (int j = 0; j < SIDE; j++) {
              WinogradLoops.addHalf(z[j], z[4 + j], z[8 + j], q[j], count);
              WinogradLoops.halfDifference(z[4 + j], z[8 + j], q[4 + j], count);
              WinogradLoops.halfLess(z[12 + j], z[4 + j], z[8 + j], q[8 + j], count);
            }
            for (int r = 0; r < KERNEL; r++) {
              planesOf(q, r, t, doubt, planes, at + KERNEL * r * all, all, count);
            }
          }
          if (!WinogradLoops.isClear(doubt)) {
            finite.set(false);
          }
        });
    return finite.get();
  }

  /** Three places of the kernel's row r. */
  private static void planesOf(
      float[][] q,
      int r,
      float[] t,
      float[] doubt,
      FloatBuffer planes,
      int at,
      int all,
      int count) {
    float[] b = q[SIDE * r + 1];
    float[] c = q[SIDE * r + 2];
    WinogradLoops.addHalf(q[SIDE * r], b, c, t, count);
    WinogradLoops.look(t, doubt, count);
    planes.put(at, t, 0, count);
    WinogradLoops.halfDifference(b, c, t, count);
    WinogradLoops.look(t, doubt, count);
    planes.put(at + all, t, 0, count);
    WinogradLoops.halfLess(q[SIDE * r + 3], b, c, t, count);
    WinogradLoops.look(t, doubt, count);
    planes.put(at + 2 * all, t, 0, count);
  }

  private static void total(
      FloatBuffer[] sums, int all, int at, int count, float[][] z, float[] t) {
    for (int i = 0; i < WinogradShape.POSITIONS; i++) {
      sums[0].get(i * all + at, z[i], 0, count);
      for (int k = 1; k < sums.length; k++) {
        sums[k].get(i * all + at, t, 0, count);
        WinogradLoops.add(z[i], t, z[i], count);
      }
    }
  }

  private static int pieces(int all) {
    return (all + Chunks.SIZE - 1) / Chunks.SIZE;
  }
}
