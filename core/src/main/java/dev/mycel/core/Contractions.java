package dev.mycel.core;

import static dev.mycel.core.None.NONE;

/**
 * Brings the operands of a matrix product into the form that the primitive takes: equal ranks of at
 * least two, equal leading axes.
 */
final class Contractions {
  private Contractions() {}

  static Tensor matmul(Tensor x, Tensor y) {
    if (x.shape().rank() == 1) {
      Tensor product = matmul(Ops.expandDims(x, 0), y);
      return Ops.squeeze(product, y.shape().rank() == 1 ? 0 : -2);
    }
    if (y.shape().rank() == 1) {
      return Ops.squeeze(matmul(x, Ops.expandDims(y, 1)), -1);
    }
    Shape a = x.shape();
    Shape b = y.shape();
    if (b.rank() == 2 && a.rank() > 2) {
      // One product of a tall matrix is faster than many small ones, and the weight's gradient
      // needs no sum over the batch.
      long rows = a.size() / Math.max(a.dim(-1), 1);
      if (a.dim(-1) == 0 || a.isEmpty()) {
        return batched(x, y);
      }
      Tensor flat = Ops.reshape(x, rows, a.dim(-1));
      Tensor product = Interpreters.bind(Prims.MATMUL, NONE, flat, y);
      return Ops.reshape(product, a.with(a.rank() - 1, b.dim(-1)).rawDims());
    }
    return batched(x, y);
  }

  private static Tensor batched(Tensor x, Tensor y) {
    Shape a = x.shape();
    Shape b = y.shape();
    if (a.rank() == 2 && b.rank() == 2) {
      return Interpreters.bind(Prims.MATMUL, NONE, x, y);
    }
    Shape leading = leading(a).broadcast(leading(b), "matmul");
    return Interpreters.bind(
        Prims.MATMUL, NONE, Join.to(matrices(leading, a), x), Join.to(matrices(leading, b), y));
  }

  private static Shape leading(Shape s) {
    return Shape.of(java.util.Arrays.copyOf(s.rawDims(), s.rank() - 2));
  }

  private static Shape matrices(Shape leading, Shape of) {
    long[] dims = java.util.Arrays.copyOf(leading.rawDims(), leading.rank() + 2);
    dims[dims.length - 2] = of.dim(-2);
    dims[dims.length - 1] = of.dim(-1);
    return Shape.of(dims);
  }

  /** Sums the products over pairs of axes: the rest of x's axes come first in the result. */
  static Tensor tensorDot(Tensor x, Tensor y, int[] axesX, int[] axesY) {
    if (axesX.length != axesY.length) {
      throw new ArgumentException(
          "tensorDot: " + axesX.length + " axes of the one meet " + axesY.length + " of the other");
    }
    int[] a = new int[axesX.length];
    int[] b = new int[axesY.length];
    long inner = 1;
    for (int i = 0; i < a.length; i++) {
      a[i] = x.shape().axis(axesX[i], "tensorDot");
      b[i] = y.shape().axis(axesY[i], "tensorDot");
      if (x.dim(a[i]) != y.dim(b[i])) {
        throw new ShapeException(
            Messages.of("tensorDot: the axes differ in extent")
                .line("left ", x.shape() + " at axis " + a[i])
                .line("right", y.shape() + " at axis " + b[i])
                .text());
      }
      inner *= x.dim(a[i]);
    }
    int[] restX = others(x.shape(), a);
    int[] restY = others(y.shape(), b);
    Shape outer = Rules.dropped(x.shape(), sorted(a));
    Shape right = Rules.dropped(y.shape(), sorted(b));
    Tensor rows = Ops.reshape(Ops.transpose(x, joined(restX, a)), outer.size(), inner);
    Tensor columns = Ops.reshape(Ops.transpose(y, joined(b, restY)), inner, right.size());
    long[] dims = java.util.Arrays.copyOf(outer.rawDims(), outer.rank() + right.rank());
    System.arraycopy(right.rawDims(), 0, dims, outer.rank(), right.rank());
    return Ops.reshape(Ops.matmul(rows, columns), dims);
  }

  private static int[] sorted(int... axes) {
    int[] copy = axes.clone();
    java.util.Arrays.sort(copy);
    for (int i = 1; i < copy.length; i++) {
      if (copy[i] == copy[i - 1]) {
        throw new ShapeException("tensorDot: axis " + copy[i] + " is named twice");
      }
    }
    return copy;
  }

  private static int[] others(Shape s, int... axes) {
    return java.util.stream.IntStream.range(0, s.rank())
        .filter(i -> java.util.Arrays.stream(axes).noneMatch(a -> a == i))
        .toArray();
  }

  private static int[] joined(int[] a, int[] b) {
    int[] all = java.util.Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, all, a.length, b.length);
    return all;
  }

  /** NumPy's dot: scalars multiply, else the last axis of x meets the last but one of y. */
  static Tensor dot(Tensor x, Tensor y) {
    if (x.rank() == 0 || y.rank() == 0) {
      return Ops.mul(x, y);
    }
    return tensorDot(x, y, new int[] {-1}, new int[] {y.rank() == 1 ? 0 : -2});
  }

  /** All products of an element of x with one of y: [x's size, y's size]. */
  static Tensor outer(Tensor x, Tensor y) {
    return Ops.mul(Ops.reshape(x, x.size(), 1), Ops.reshape(y, 1, y.size()));
  }
}
