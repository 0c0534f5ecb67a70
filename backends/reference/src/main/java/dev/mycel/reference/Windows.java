package dev.mycel.reference;

import dev.mycel.core.Attrs;
import dev.mycel.core.Messages;
import dev.mycel.core.Shape;
import dev.mycel.core.ShapeException;
import java.util.Arrays;

/**
 * Which input element each position of a sliding window touches at each place, for up to three
 * spatial axes; fewer axes get leading ones of extent one. Positions outside the input are left
 * out.
 */
final class Windows {
  private static final int AXES = 3;

  private final int[] in;
  private final int[] out;
  private final int[] size;
  private final int[] strides;
  private final int[] low;
  private final int[] dilation;
  private final int[] spans;

  private Windows(int[] in, int[] out, int[] size, int[] strides, int[] low, int[] dilation) {
    this.in = in;
    this.out = out;
    this.size = size;
    this.strides = strides;
    this.low = low;
    this.dilation = dilation;
    this.spans = findSpans();
  }

  /** The windows of a convolution with full shapes of input, weight and output. */
  static Windows of(Attrs.Conv c, Shape x, Shape w, Shape y) {
    int n = c.spatial();
    check("conv", n);
    return new Windows(
        spatial(x),
        spatial(y),
        spatial(w),
        padded(c.strides(), 1),
        padded(c.padLow(), 0),
        padded(c.dilation(), 1));
  }

  /** The windows of a pooling with full shapes of input and output. */
  static Windows of(Attrs.Window w, Shape x, Shape y) {
    check("pool", w.size().length);
    return new Windows(
        spatial(x),
        spatial(y),
        padded(w.size(), 1),
        padded(w.strides(), 1),
        padded(w.padLow(), 0),
        padded(w.dilation(), 1));
  }

  private static void check(String op, int axes) {
    if (axes > AXES) {
      throw new ShapeException(
          Messages.of(op + ": " + axes + " spatial axes are too many")
              .hint("the reference backend takes one to three")
              .text());
    }
  }

  private static int[] spatial(Shape full) {
    return padded(Arrays.copyOfRange(full.dims(), 2, full.rank()), 1);
  }

  private static int[] padded(long[] values, int filler) {
    int[] all = new int[AXES];
    Arrays.fill(all, filler);
    for (int i = 0; i < values.length; i++) {
      all[AXES - values.length + i] = Math.toIntExact(values[i]);
    }
    return all;
  }

  /** Number of input elements of one channel. */
  int inSize() {
    return in[0] * in[1] * in[2];
  }

  /** Number of places of one channel. */
  int outSize() {
    return out[0] * out[1] * out[2];
  }

  /** Number of positions in a window. */
  int windowSize() {
    return size[0] * size[1] * size[2];
  }

  /** Distance between the input elements of neighbouring places. */
  int step() {
    return strides[2];
  }

  /** Number of spans. */
  int spanCount() {
    return spans.length / 4;
  }

  /** Window position of span s; spans come in ascending order of it. */
  int tap(int s) {
    return spans[4 * s];
  }

  /** First input element of span s. */
  int from(int s) {
    return spans[4 * s + 1];
  }

  /** First place of span s. */
  int to(int s) {
    return spans[4 * s + 2];
  }

  /** Number of neighbouring places of span s. */
  int length(int s) {
    return spans[4 * s + 3];
  }

  /** The input element at a window position of a place, or -1 outside the input. */
  int element(int place, int tap) {
    int t = tap;
    int p = place;
    int element = 0;
    int unit = 1;
    for (int axis = AXES - 1; axis >= 0; axis--) {
      int i = p % out[axis] * strides[axis] - low[axis] + t % size[axis] * dilation[axis];
      if (i < 0 || i >= in[axis]) {
        return -1;
      }
      element += i * unit;
      unit *= in[axis];
      p /= out[axis];
      t /= size[axis];
    }
    return element;
  }

  private int[] findSpans() {
    int[] found = new int[64];
    int used = 0;
    for (int tap = 0; tap < windowSize(); tap++) {
      int offset = tap % size[2] * dilation[2] - low[2];
      int first = offset >= 0 ? 0 : (strides[2] - 1 - offset) / strides[2];
      int end = offset >= in[2] ? 0 : Math.min(out[2], (in[2] - 1 - offset) / strides[2] + 1);
      for (int row = 0; row < out[0] * out[1] && first < end; row++) {
        int inRow = inRow(row, tap / size[2]);
        if (inRow < 0) {
          continue;
        }
        if (used == found.length) {
          found = Arrays.copyOf(found, 2 * used);
        }
        found[used++] = tap;
        found[used++] = inRow * in[2] + first * strides[2] + offset;
        found[used++] = row * out[2] + first;
        found[used++] = end - first;
      }
    }
    return Arrays.copyOf(found, used);
  }

  /** The row of the input that a row of places touches at a window position, or -1. */
  private int inRow(int row, int tap) {
    int i = row % out[1] * strides[1] - low[1] + tap % size[1] * dilation[1];
    int d = row / out[1] * strides[0] - low[0] + tap / size[1] * dilation[0];
    return i < 0 || i >= in[1] || d < 0 || d >= in[0] ? -1 : d * in[1] + i;
  }
}
