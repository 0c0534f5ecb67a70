package dev.mycel.onednn;

import dev.mycel.core.Layout;
import dev.mycel.core.Shape;

/** Questions about layouts that several kernels ask. */
final class Layouts {
  private Layouts() {}

  /** Whether every stride is positive where it matters, so that the library can walk the tensor. */
  static boolean isPositive(Layout layout) {
    Shape shape = layout.shape();
    for (int i = 0; i < shape.rank(); i++) {
      if (shape.dim(i) > 1 && layout.stride(i) <= 0) {
        return false;
      }
    }
    return true;
  }

  /** Whether all places hold the same element. */
  static boolean isScalar(Layout layout) {
    Shape shape = layout.shape();
    for (int i = 0; i < shape.rank(); i++) {
      if (shape.dim(i) > 1 && layout.stride(i) != 0) {
        return false;
      }
    }
    return true;
  }

  /** Channels-last and dense, for a logical [N, C, spatial...]. */
  static Layout channelsLast(Shape shape) {
    int rank = shape.rank();
    int[] order = new int[rank];
    for (int i = 1; i < rank - 1; i++) {
      order[i] = i + 1;
    }
    order[rank - 1] = 1;
    return Layout.ordered(shape, order);
  }

  /**
   * Dense in the order of another dense layout, starting at its storage's first element; row-major
   * when the other is not dense.
   */
  static Layout like(Layout other) {
    int[] order = other.isContiguous() ? null : other.denseOrder();
    return order == null ? Layout.contiguous(other.shape()) : Layout.ordered(other.shape(), order);
  }

  /** Channels-last if the input is, else row-major. */
  static Layout imageLayout(Layout input) {
    Layout last = channelsLast(input.shape());
    return input.sameStrides(last) ? last : Layout.contiguous(input.shape());
  }
}
