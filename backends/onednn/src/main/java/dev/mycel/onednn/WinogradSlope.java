package dev.mycel.onednn;

import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * Turns 2 by 2 places of a channels-last gradient into 16 matrices [tiles, channels], {@code A dy
 * At} with the last row of A positive; places outside the gradient are zero. For one thread.
 */
final class WinogradSlope {
  private static final int SIDE = 4;

  private final WinogradShape shape;
  private final FloatBuffer source;
  private final int length;
  private final float[] line;
  private final float[][][] halves;
  private final float[] result;

  WinogradSlope(WinogradShape shape, FloatBuffer source, HeapScratch scratch) {
    this.shape = shape;
    this.source = source;
    this.length = shape.across() * shape.outChannels();
    this.line = scratch.zeros(2 * length);
    this.halves = new float[][][] {scratch.zeros(SIDE, length), scratch.zeros(SIDE, length)};
    this.result = scratch.zeros(length);
  }

  /**
   * Transforms rows of tiles.
   *
   * @param first the first of them
   * @param to matrices of {@code tiles} rows
   * @param at which row of tiles of the matrices is the first one's
   */
  void transform(int first, int count, FloatBuffer to, int tiles, int at) {
    int step = tiles * shape.outChannels();
    float[] t = result;
    for (int k = 0; k < count; k++) {
      int image = (first + k) / shape.down();
      int row = 2 * ((first + k) % shape.down());
      load(image, row, halves[0]);
      load(image, row + 1, halves[1]);
      int base = (at + k) * length;
      for (int j = 0; j < SIDE; j++) {
        float[] a = halves[0][j];
        float[] b = halves[1][j];
        to.put(base + j * step, a, 0, length);
        WinogradLoops.add(a, b, t, length);
        to.put(base + (SIDE + j) * step, t, 0, length);
        WinogradLoops.subtract(a, b, t, length);
        to.put(base + (2 * SIDE + j) * step, t, 0, length);
        to.put(base + (3 * SIDE + j) * step, b, 0, length);
      }
    }
  }

  private void load(int image, int row, float[][] to) {
    if (row >= shape.outHeight()) {
      for (float[] column : to) {
        Arrays.fill(column, 0);
      }
      return;
    }
    int c = shape.outChannels();
    int used = shape.outWidth() * c;
    // What an odd width leaves of the line stays zero.
    source.get((image * shape.outHeight() + row) * used, line, 0, used);
    for (int t = 0; t < shape.across(); t++) {
      System.arraycopy(line, 2 * t * c, to[0], t * c, c);
      System.arraycopy(line, (2 * t + 1) * c, to[3], t * c, c);
    }
    WinogradLoops.add(to[0], to[3], to[1], length);
    WinogradLoops.subtract(to[0], to[3], to[2], length);
  }
}
