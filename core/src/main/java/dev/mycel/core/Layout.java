package dev.mycel.core;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * How the elements of a shape lie in their storage: one signed stride per axis and an offset, all
 * in elements.
 *
 * <p>A zero stride repeats an element (broadcast), a negative one walks backwards (flip). Strides
 * of axes with extent 0 or 1 carry no meaning.
 */
public final class Layout {
  private final Shape shape;
  private final long[] strides;
  private final long offset;
  private final boolean contiguous;

  private Layout(Shape shape, long[] strides, long offset) {
    this.shape = shape;
    this.strides = strides;
    this.offset = offset;
    this.contiguous = strides == shape.rawStrides() || isRowMajor(shape, strides);
  }

  /** Row-major, starting at the storage's first element. */
  public static Layout contiguous(Shape shape) {
    return new Layout(shape, shape.rawStrides(), 0);
  }

  /** Given strides and offset, in elements. */
  public static Layout of(Shape shape, long[] strides, long offset) {
    return new Layout(shape, strides.clone(), offset);
  }

  /**
   * Dense with the axes in that order, the last one of {@code order} running fastest: {@code (0, 2,
   * 3, 1)} is channels-last for a logical {@code [N, C, H, W]}.
   */
  public static Layout ordered(Shape shape, int... order) {
    long[] strides = new long[shape.rank()];
    long step = 1;
    for (int i = order.length - 1; i >= 0; i--) {
      strides[order[i]] = step;
      step *= Math.max(shape.rawDims()[order[i]], 1);
    }
    return new Layout(shape, strides, 0);
  }

  /** The extents. */
  public Shape shape() {
    return shape;
  }

  /** A copy of the strides, in elements. */
  public long[] strides() {
    return strides.clone();
  }

  /** Stride of one axis (counted from the front), in elements. */
  public long stride(int axis) {
    return strides[axis];
  }

  /** Position of the first element (all indices zero) in the storage. */
  public long offset() {
    return offset;
  }

  /** Whether the elements lie row-major without gaps (at any offset). */
  public boolean isContiguous() {
    return contiguous;
  }

  /**
   * Whether the elements fill a stretch of {@code size} places without gaps or repetition, in any
   * order of the axes.
   */
  public boolean isDense() {
    return contiguous || denseOrder() != null;
  }

  /** Whether the other layout has the same strides where they matter; offsets may differ. */
  public boolean sameStrides(Layout other) {
    if (contiguous && other.contiguous) {
      return true;
    }
    long[] dims = shape.rawDims();
    for (int i = 0; i < strides.length; i++) {
      if (dims[i] > 1 && strides[i] != other.strides[i]) {
        return false;
      }
    }
    return true;
  }

  /** Axes from the slowest to the fastest if the layout is dense, else null. */
  public int @Nullable [] denseOrder() {
    long[] dims = shape.rawDims();
    int[] axes = memoryOrder();
    long step = 1;
    for (int i = axes.length - 1; i >= 0; i--) {
      int axis = axes[i];
      if (dims[axis] > 1) {
        if (strides[axis] != step) {
          return null;
        }
        step *= dims[axis];
      }
    }
    return axes;
  }

  /** Axes from the largest stride to the smallest; those of extent one come first. */
  public int[] memoryOrder() {
    long[] dims = shape.rawDims();
    int[] axes = new int[dims.length];
    // Insertion is stable, so that extents of one stay where a row-major reader expects them.
    for (int i = 0; i < axes.length; i++) {
      int at = i;
      while (at > 0 && key(axes[at - 1], dims) < key(i, dims)) {
        axes[at] = axes[--at];
      }
      axes[at] = i;
    }
    return axes;
  }

  private long key(int axis, long[] dims) {
    return dims[axis] > 1 ? strides[axis] : Long.MAX_VALUE;
  }

  /**
   * The same elements with the axes in another order: axis {@code i} of the result is axis {@code
   * perm[i]} of this.
   */
  public Layout transpose(int... perm) {
    long[] dims = new long[perm.length];
    long[] moved = new long[perm.length];
    for (int i = 0; i < perm.length; i++) {
      dims[i] = shape.rawDims()[perm[i]];
      moved[i] = strides[perm[i]];
    }
    return new Layout(Shape.of(dims), moved, offset);
  }

  /** The same elements repeated along new leading axes and along axes of extent one. */
  public Layout broadcastTo(Shape wider) {
    int extra = wider.rank() - shape.rank();
    long[] repeated = new long[wider.rank()];
    for (int i = extra; i < repeated.length; i++) {
      repeated[i] = shape.rawDims()[i - extra] == wider.rawDims()[i] ? strides[i - extra] : 0;
    }
    return new Layout(wider, repeated, offset);
  }

  /**
   * Elements at equal distances from an index on, {@code sizes} of them, per axis; steps may be
   * negative.
   */
  public Layout slice(long[] starts, Shape sizes, long[] steps) {
    long at = offset;
    long[] strided = new long[starts.length];
    for (int i = 0; i < starts.length; i++) {
      at += sizes.isEmpty() ? 0 : starts[i] * strides[i];
      strided[i] = strides[i] * steps[i];
    }
    return new Layout(sizes, strided, at);
  }

  /** The same elements backwards along some axes. */
  public Layout flip(int... axes) {
    long at = offset;
    long[] signed = strides.clone();
    for (int axis : axes) {
      at += shape.isEmpty() ? 0 : (shape.rawDims()[axis] - 1) * strides[axis];
      signed[axis] = -strides[axis];
    }
    return new Layout(shape, signed, at);
  }

  /**
   * The same elements under another shape if strides can express it, else null: then a copy is
   * needed.
   */
  public @Nullable Layout reshape(Shape to) {
    if (contiguous || shape.isEmpty()) {
      return new Layout(to, to.rawStrides(), offset);
    }
    long[] from = shape.rawDims();
    long[] fresh = new long[to.rank()];
    int i = 0;
    int j = 0;
    while (i < from.length && j < fresh.length) {
      // Match groups of axes with equal products; each group must be walkable with one stride.
      int i0 = i;
      int j0 = j;
      long a = from[i++];
      long b = to.rawDims()[j++];
      while (a != b) {
        if (a < b) {
          a *= from[i++];
        } else {
          b *= to.rawDims()[j++];
        }
      }
      if (!mergeable(i0, i)) {
        return null;
      }
      long step = lastStride(i0, i);
      for (int k = j - 1; k >= j0; k--) {
        fresh[k] = step;
        step *= to.rawDims()[k];
      }
    }
    return new Layout(to, fresh, offset);
  }

  private boolean mergeable(int from, int to) {
    long expected = Long.MIN_VALUE;
    for (int k = to - 1; k >= from; k--) {
      long d = shape.rawDims()[k];
      if (d > 1) {
        if (expected != Long.MIN_VALUE && strides[k] != expected) {
          return false;
        }
        expected = strides[k] * d;
      }
    }
    return true;
  }

  private long lastStride(int from, int to) {
    for (int k = to - 1; k >= from; k--) {
      if (shape.rawDims()[k] > 1) {
        return strides[k];
      }
    }
    return 1;
  }

  private static boolean isRowMajor(Shape shape, long[] strides) {
    if (shape.isEmpty()) {
      return true;
    }
    long[] dims = shape.rawDims();
    long step = 1;
    for (int i = dims.length - 1; i >= 0; i--) {
      if (dims[i] > 1) {
        if (strides[i] != step) {
          return false;
        }
        step *= dims[i];
      }
    }
    return true;
  }

  @Override
  public String toString() {
    return "Layout" + shape + " strides " + Arrays.toString(strides) + " offset " + offset;
  }
}
