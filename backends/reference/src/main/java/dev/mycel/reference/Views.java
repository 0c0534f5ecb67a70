package dev.mycel.reference;

import dev.mycel.core.Layout;
import dev.mycel.core.Shape;

/** Parts of layouts. */
final class Views {
  private Views() {}

  /** Some axes of a layout, in the given order, from another offset. */
  static Layout axes(Layout of, long offset, int... axes) {
    long[] dims = new long[axes.length];
    long[] strides = new long[axes.length];
    for (int i = 0; i < axes.length; i++) {
      dims[i] = of.shape().dim(axes[i]);
      strides[i] = of.stride(axes[i]);
    }
    return Layout.of(Shape.of(dims), strides, offset);
  }

  /** The axes from {@code first} up to but not {@code end}, from another offset. */
  static Layout range(Layout of, long offset, int first, int end) {
    int[] axes = new int[end - first];
    for (int i = 0; i < axes.length; i++) {
      axes[i] = first + i;
    }
    return axes(of, offset, axes);
  }

  /** The layout without one axis. */
  static Layout without(Layout of, int axis) {
    int[] axes = new int[of.shape().rank() - 1];
    for (int i = 0; i < axes.length; i++) {
      axes[i] = i < axis ? i : i + 1;
    }
    return axes(of, of.offset(), axes);
  }

  /** Number of elements of the axes from {@code first} up to but not {@code end}. */
  static int size(Shape shape, int first, int end) {
    long size = 1;
    for (int i = first; i < end; i++) {
      size *= shape.dim(i);
    }
    return Math.toIntExact(size);
  }
}
