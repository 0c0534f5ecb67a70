package dev.mycel.onednn;

import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * Turns tiles of 4 by 4 places of a channels-last source into 16 matrices [tiles, channels], {@code
 * Bt d B}; places outside the source are zero. For one thread.
 */
final class WinogradInput {
  private static final int SIDE = 4;

  private final WinogradShape shape;
  private final FloatBuffer source;
  private final int length;

  /** A row of the source. */
  private final float[] line;

  /** Column j of each tile in that row. */
  private final float[][] columns;

  /** Four rows whose columns are transformed: row r is at r modulo 4. */
  private final float[][][] rows = new float[SIDE][][];

  private final float[][] outside = new float[SIDE][];
  private final float[] result;

  WinogradInput(WinogradShape shape, FloatBuffer source, HeapScratch scratch) {
    this.shape = shape;
    this.source = source;
    this.length = shape.across() * shape.channels();
    this.line = scratch.zeros(shape.width() * shape.channels());
    this.result = scratch.zeros(length);
    this.columns = scratch.zeros(SIDE, length);
    Arrays.fill(outside, scratch.zeros(length));
    for (int i = 0; i < SIDE; i++) {
      rows[i] = scratch.zeros(SIDE, length);
    }
  }

  /**
   * Transforms rows of tiles.
   *
   * @param first the first of them
   * @param to matrices of {@code tiles} rows
   * @param at which row of tiles of the matrices is the first one's
   */
  void transform(int first, int count, FloatBuffer to, int tiles, int at) {
    float[][][] p = new float[SIDE][][];
    for (int k = 0; k < count; k++) {
      int image = (first + k) / shape.down();
      int tile = (first + k) % shape.down();
      for (int i = 0; i < SIDE; i++) {
        int row = 2 * tile - shape.top() + i;
        if (row < 0 || row >= shape.height()) {
          p[i] = outside;
          continue;
        }
        p[i] = rows[row % SIDE];
        if (i >= 2 || tile == 0 || k == 0) { // the others are the last two of the tiles above
          load(image, row, p[i]);
        }
      }
      store(p, to, (at + k) * length, tiles * shape.channels());
    }
  }

  /** The second half, down the columns. */
  private void store(float[][][] p, FloatBuffer to, int base, int step) {
    float[] t = result;
    for (int j = 0; j < SIDE; j++) {
      WinogradLoops.subtract(p[0][j], p[2][j], t, length);
      to.put(base + j * step, t, 0, length);
      WinogradLoops.add(p[1][j], p[2][j], t, length);
      to.put(base + (SIDE + j) * step, t, 0, length);
      WinogradLoops.subtract(p[2][j], p[1][j], t, length);
      to.put(base + (2 * SIDE + j) * step, t, 0, length);
      WinogradLoops.subtract(p[1][j], p[3][j], t, length);
      to.put(base + (3 * SIDE + j) * step, t, 0, length);
    }
  }

  /** Reads a row and does the first half, along it. */
  private void load(int image, int row, float[][] to) {
    int c = shape.channels();
    int last = shape.across() - 1;
    source.get((image * shape.height() + row) * line.length, line, 0, line.length);
    for (int t = 0; t <= last; t++) {
      place(t, 1);
      place(t, 2);
    }
    // Columns 0 and 3 of a tile are columns 2 and 1 of its neighbours.
    System.arraycopy(columns[2], 0, columns[0], c, length - c);
    place(0, 0);
    System.arraycopy(columns[1], c, columns[3], 0, length - c);
    place(last, 3);
    WinogradLoops.subtract(columns[0], columns[2], to[0], length);
    WinogradLoops.add(columns[1], columns[2], to[1], length);
    WinogradLoops.subtract(columns[2], columns[1], to[2], length);
    WinogradLoops.subtract(columns[1], columns[3], to[3], length);
  }

  private void place(int tile, int j) {
    int c = shape.channels();
    int column = 2 * tile - shape.left() + j;
    if (column >= 0 && column < shape.width()) {
      System.arraycopy(line, column * c, columns[j], tile * c, c);
    } else {
      Arrays.fill(columns[j], tile * c, (tile + 1) * c, 0);
    }
  }
}
