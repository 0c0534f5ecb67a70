package dev.mycel.onednn;

import java.nio.FloatBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Turns 16 matrices [tiles, channels] into 2 by 2 places of a channels-last result for each tile,
 * {@code At m A}, and adds a bias. For one thread.
 */
final class WinogradOutput {
  private static final int SIDE = 4;

  private final WinogradShape shape;
  private final FloatBuffer target;
  private final int length;
  private final float @Nullable [] bias;

  private final float[][] column;

  /** Both rows of the result before their columns are joined. */
  private final float[][][] halves;

  private final float[] even;
  private final float[] odd;
  private final float[] line;
  private final float[] doubt;

  WinogradOutput(
      WinogradShape shape, FloatBuffer target, float @Nullable [] bias, HeapScratch scratch) {
    this.shape = shape;
    this.target = target;
    this.length = shape.across() * shape.outChannels();
    this.bias = bias == null ? null : repeated(bias, scratch.zeros(length));
    this.column = scratch.zeros(SIDE, length);
    this.halves = new float[][][] {scratch.zeros(SIDE, length), scratch.zeros(SIDE, length)};
    this.even = scratch.zeros(length);
    this.odd = scratch.zeros(length);
    this.line = scratch.zeros(2 * length);
    this.doubt = scratch.zeros(length);
  }

  private static float[] repeated(float[] values, float[] all) {
    for (int at = 0; at < all.length; at += values.length) {
      System.arraycopy(values, 0, all, at, values.length);
    }
    return all;
  }

  /**
   * Transforms rows of tiles.
   *
   * @param m matrices of {@code tiles} rows
   * @param at which row of tiles of the matrices is the first one's
   * @param first the first row of tiles
   */
  void transform(FloatBuffer m, int tiles, int at, int first, int count) {
    int step = tiles * shape.outChannels();
    for (int k = 0; k < count; k++) {
      for (int j = 0; j < SIDE; j++) {
        for (int i = 0; i < SIDE; i++) {
          m.get((SIDE * i + j) * step + (at + k) * length, column[i], 0, length);
        }
        WinogradLoops.add(column[0], column[1], column[2], halves[0][j], length);
        WinogradLoops.subtract(column[1], column[2], column[3], halves[1][j], length);
      }
      int image = (first + k) / shape.down();
      int row = 2 * ((first + k) % shape.down());
      store(image, row, halves[0]);
      if (row + 1 < shape.outHeight()) {
        store(image, row + 1, halves[1]);
      }
    }
  }

  private void store(int image, int row, float[][] half) {
    int c = shape.outChannels();
    int used = shape.outWidth() * c;
    WinogradLoops.add(half[0], half[1], half[2], even, length);
    WinogradLoops.subtract(half[1], half[2], half[3], odd, length);
    if (bias != null) {
      WinogradLoops.add(even, bias, even, length);
      WinogradLoops.add(odd, bias, odd, length);
    }
    WinogradLoops.look(even, doubt, length);
    WinogradLoops.look(odd, doubt, length);
    for (int t = 0; t < shape.across(); t++) {
      System.arraycopy(even, t * c, line, 2 * t * c, c);
      System.arraycopy(odd, t * c, line, (2 * t + 1) * c, c);
    }
    target.put((image * shape.outHeight() + row) * used, line, 0, used);
  }

  /** Whether everything so far was finite. */
  boolean isFinite() {
    return WinogradLoops.isClear(doubt);
  }
}
