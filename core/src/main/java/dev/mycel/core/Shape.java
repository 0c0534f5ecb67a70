package dev.mycel.core;

import java.util.Arrays;
import java.util.List;

/**
 * Extents of a tensor, outermost first; immutable. A scalar has no extents; an extent may be zero.
 */
public final class Shape {
  private static final Shape SCALAR = new Shape(new long[0]);

  private final long[] dims;
  private final long size;
  private final long[] rowMajor;

  private Shape(long[] dims) {
    this.dims = dims;
    this.size = product(dims);
    this.rowMajor = rowMajorStrides(dims);
  }

  /** The shape of those extents. */
  public static Shape of(long... dims) {
    return dims.length == 0 ? SCALAR : new Shape(dims.clone());
  }

  /** The shape of those extents. */
  public static Shape of(List<? extends Number> dims) {
    return of(dims.stream().mapToLong(Number::longValue).toArray());
  }

  /** The shape without extents. */
  public static Shape scalar() {
    return SCALAR;
  }

  /** Number of axes. */
  public int rank() {
    return dims.length;
  }

  /** Extent of an axis; a negative axis counts from the end. */
  public long dim(int axis) {
    return dims[axis(axis, "dim")];
  }

  /** Number of elements; one for a scalar. */
  public long size() {
    return size;
  }

  /** Whether there is no element. */
  public boolean isEmpty() {
    return size == 0;
  }

  /** A copy of the extents. */
  public long[] dims() {
    return dims.clone();
  }

  /** A copy of the strides, in elements, of the row-major layout of this shape. */
  public long[] strides() {
    return rowMajor.clone();
  }

  /**
   * The axis counted from the front.
   *
   * @param axis an axis in {@code [-rank, rank)}
   * @param op the operation that asks, for the message
   */
  public int axis(int axis, String op) {
    int rank = dims.length;
    if (axis < -rank || axis >= rank) {
      throw new ShapeException(
          Messages.of(op + ": axis " + axis + " is out of range")
              .line("shape", this)
              .hint(
                  rank == 0
                      ? "a scalar has no axes"
                      : "axes of rank " + rank + " go from " + -rank + " to " + (rank - 1))
              .text());
    }
    return axis < 0 ? axis + rank : axis;
  }

  /** This shape with another extent at one axis (counted from the front). */
  public Shape with(int axis, long extent) {
    long[] changed = dims.clone();
    changed[axis] = extent;
    return new Shape(changed);
  }

  /** This shape without one axis (counted from the front). */
  public Shape without(int axis) {
    long[] rest = new long[dims.length - 1];
    System.arraycopy(dims, 0, rest, 0, axis);
    System.arraycopy(dims, axis + 1, rest, axis, rest.length - axis);
    return of(rest);
  }

  /**
   * This shape with one more axis before {@code axis} (counted from the front, up to the rank
   * itself).
   */
  public Shape insert(int axis, long extent) {
    long[] more = new long[dims.length + 1];
    System.arraycopy(dims, 0, more, 0, axis);
    more[axis] = extent;
    System.arraycopy(dims, axis, more, axis + 1, dims.length - axis);
    return of(more);
  }

  /** The shape that both shapes broadcast to by NumPy's rule. */
  public Shape broadcast(Shape other, String op) {
    if (equals(other)) {
      return this;
    }
    int rank = Math.max(rank(), other.rank());
    long[] joined = new long[rank];
    for (int i = 1; i <= rank; i++) {
      long a = i <= rank() ? dims[rank() - i] : 1;
      long b = i <= other.rank() ? other.dims[other.rank() - i] : 1;
      if (a != b && a != 1 && b != 1) {
        throw new ShapeException(
            Messages.of(op + ": shapes do not broadcast")
                .line("left ", this)
                .line("right", other)
                .hint(
                    "aligned at the last axis, extents must be equal or 1; here "
                        + a
                        + " meets "
                        + b)
                .text());
      }
      joined[rank - i] = a == 1 ? b : a;
    }
    return of(joined);
  }

  @Override
  public boolean equals(Object o) {
    return this == o || (o instanceof Shape other && Arrays.equals(dims, other.dims));
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(dims);
  }

  /** The extents as Python prints a tuple: {@code (2, 3)}, {@code (3,)}, {@code ()}. */
  @Override
  public String toString() {
    StringBuilder s = new StringBuilder("(");
    for (int i = 0; i < dims.length; i++) {
      s.append(i == 0 ? "" : ", ").append(dims[i]);
    }
    return s.append(dims.length == 1 ? ",)" : ")").toString();
  }

  /** The extents without a copy: for this package, which does not change them. */
  long[] rawDims() {
    return dims;
  }

  /** The row-major strides without a copy: for this package, which does not change them. */
  long[] rawStrides() {
    return rowMajor;
  }

  private static long product(long[] dims) {
    boolean empty = false;
    for (long d : dims) {
      if (d < 0) {
        throw new ShapeException(
            Messages.of("shape: an extent is negative")
                .line("extents", Arrays.toString(dims))
                .text());
      }
      empty |= d == 0;
    }
    if (empty) {
      return 0;
    }
    long product = 1;
    for (long d : dims) {
      long high = Math.multiplyHigh(product, d);
      product *= d;
      if (high != 0 || product < 0) {
        throw new ShapeException(
            Messages.of("shape: the number of elements does not fit in 63 bits")
                .line("extents", Arrays.toString(dims))
                .text());
      }
    }
    return product;
  }

  private static long[] rowMajorStrides(long[] dims) {
    long[] strides = new long[dims.length];
    long step = 1;
    for (int i = dims.length - 1; i >= 0; i--) {
      strides[i] = step;
      step *= Math.max(dims[i], 1);
    }
    return strides;
  }
}
