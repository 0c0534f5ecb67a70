package dev.mycel.reference;

import dev.mycel.core.Layout;
import dev.mycel.core.Shape;

/**
 * Walks several layouts of one shape together, in row-major order, as stretches of at most {@link
 * #CHUNK} elements along which every operand has one stride. Neighbouring axes that all operands
 * cross with one stride are merged first, so that a dense tensor is one long row.
 */
final class Rows {
  /** Most elements of a stretch: few enough that scratch arrays stay in the fastest cache. */
  static final int CHUNK = 1024;

  private final long total;
  private final int outer;
  private final int[] extents;
  private final int[][] strides;
  private final int[] start;
  private final int inner;
  private final int[] innerStride;

  private final int[] index;
  private final int[] rowStart;
  private final int[] at;
  private int innerDone;
  private int count;
  private int position;
  private boolean started;

  private Rows(Shape shape, Layout[] layouts) {
    int operands = layouts.length;
    int rank = shape.rank();
    int[] merged = new int[rank];
    int[][] steps = new int[rank][operands];
    int axes = 0;
    total = shape.size();
    for (int axis = 0; total > 0 && axis < rank; axis++) {
      int extent = Math.toIntExact(shape.dim(axis));
      if (extent == 1) {
        continue;
      }
      if (axes > 0 && continues(layouts, axis, extent, steps[axes - 1])) {
        merged[axes - 1] *= extent;
      } else {
        merged[axes++] = extent;
      }
      for (int k = 0; k < operands; k++) {
        steps[axes - 1][k] = Math.toIntExact(layouts[k].stride(axis));
      }
    }
    outer = Math.max(axes - 1, 0);
    extents = merged;
    strides = steps;
    inner = axes == 0 ? 1 : merged[axes - 1];
    innerStride = new int[operands];
    start = new int[operands];
    for (int k = 0; k < operands; k++) {
      innerStride[k] = axes == 0 ? 1 : steps[axes - 1][k];
      start[k] = Math.toIntExact(layouts[k].offset());
    }
    index = new int[outer];
    rowStart = start.clone();
    at = start.clone();
  }

  private static boolean continues(Layout[] layouts, int axis, int extent, int[] before) {
    for (int k = 0; k < layouts.length; k++) {
      if (before[k] != layouts[k].stride(axis) * extent) {
        return false;
      }
    }
    return true;
  }

  /** A walk over layouts that all have that shape. */
  static Rows over(Shape shape, Layout... layouts) {
    return new Rows(shape, layouts);
  }

  /** Starts again from the first element. */
  void rewind() {
    started = false;
    position = 0;
    java.util.Arrays.fill(index, 0);
    System.arraycopy(start, 0, rowStart, 0, start.length);
    System.arraycopy(start, 0, at, 0, start.length);
  }

  /** Moves to the next stretch; false at the end. */
  boolean next() {
    if (!started) {
      started = true;
      innerDone = 0;
      count = Math.min(CHUNK, inner);
      return total > 0;
    }
    innerDone += count;
    position += count;
    if (innerDone < inner) {
      for (int k = 0; k < at.length; k++) {
        at[k] += count * innerStride[k];
      }
    } else {
      if (!nextRow()) {
        return false;
      }
      innerDone = 0;
      System.arraycopy(rowStart, 0, at, 0, at.length);
    }
    count = Math.min(CHUNK, inner - innerDone);
    return true;
  }

  private boolean nextRow() {
    for (int axis = outer - 1; axis >= 0; axis--) {
      int[] step = strides[axis];
      if (++index[axis] < extents[axis]) {
        for (int k = 0; k < rowStart.length; k++) {
          rowStart[k] += step[k];
        }
        return true;
      }
      index[axis] = 0;
      for (int k = 0; k < rowStart.length; k++) {
        rowStart[k] -= step[k] * (extents[axis] - 1);
      }
    }
    return false;
  }

  /** Number of elements of this stretch. */
  int count() {
    return count;
  }

  /** Row-major number of this stretch's first element. */
  int position() {
    return position;
  }

  /** Where operand k's first element of this stretch lies in its storage. */
  int at(int k) {
    return at[k];
  }

  /** Distance between operand k's elements along a stretch. */
  int stride(int k) {
    return innerStride[k];
  }

  /** Number of elements of an unbroken row, of which a stretch is a part. */
  int rowLength() {
    return inner;
  }
}
