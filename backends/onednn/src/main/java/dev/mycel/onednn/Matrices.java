package dev.mycel.onednn;

import dev.mycel.core.DType;
import dev.mycel.core.Layout;
import dev.mycel.core.spi.Buffer;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * A batch of matrices in native memory: the last two axes are rows and columns. Parts and
 * transposed forms are other strides over the same memory.
 */
record Matrices(DType dtype, long[] dims, long[] strides, long address) {
  /** An input as it lies, or a row-major copy if the library does not take it so. */
  static Matrices of(Staging staging, Buffer b) {
    Layout layout = b.layout();
    int rank = b.shape().rank();
    boolean plain =
        (layout.stride(rank - 1) == 1 || b.shape().dim(-1) == 1)
            && layout.stride(rank - 2) >= b.shape().dim(-1)
            && (isNested(layout.shape().dims(), layout.strides()) || isFull(layout));
    Layout taken = plain ? layout : Layout.contiguous(b.shape());
    long address = plain ? staging.address(b) : staging.address(b, taken);
    long[] strides = taken.strides();
    strides[rank - 1] = 1;
    settleSingles(b.shape().dims(), strides);
    return new Matrices(b.dtype(), b.shape().dims(), strides, address);
  }

  /** Gives leading axes of extent one the strides of a dense layout: the library looks at them. */
  private static void settleSingles(long[] dims, long[] strides) {
    int rank = dims.length;
    long inner = Math.max(dims[rank - 2] * strides[rank - 2], dims[rank - 1]);
    for (int i = rank - 3; i >= 0; i--) {
      if (dims[i] == 1) {
        strides[i] = inner;
      } else {
        inner = Math.max(inner, dims[i] * strides[i]);
      }
    }
  }

  /**
   * Whether leading axes lie outside each other and outside the matrices. The library's products of
   * matrices that lie interleaved are wrong in some forms.
   */
  static boolean isNested(long[] dims, long[] strides) {
    int rank = dims.length;
    long inner = Math.max(dims[rank - 2] * strides[rank - 2], dims[rank - 1] * strides[rank - 1]);
    for (int i = rank - 3; i >= 0; i--) {
      if (dims[i] > 1) {
        if (strides[i] < inner) {
          return false;
        }
        inner = dims[i] * strides[i];
      }
    }
    return true;
  }

  /**
   * Whether there are two leading axes or more, all longer than one: such interleaved matrices, as
   * the heads of attention are, the library takes; of those with an axis of extent one it makes
   * wrong products.
   */
  private static boolean isFull(Layout layout) {
    int rank = layout.shape().rank();
    boolean full = rank > 3;
    for (int i = 0; i < rank - 2; i++) {
      full &= layout.shape().dim(i) > 1;
    }
    return full;
  }

  /** Row-major without gaps. */
  static Matrices dense(DType dtype, long address, long... dims) {
    return new Matrices(dtype, dims, Desc.dense(dtype, dims).strides(), address);
  }

  /** Without gaps in a layout. */
  static Matrices in(Layout layout, DType dtype, long address) {
    long[] strides = layout.strides();
    settleSingles(layout.shape().dims(), strides);
    return new Matrices(dtype, layout.shape().dims(), strides, address);
  }

  private int rank() {
    return dims.length;
  }

  long rows() {
    return dims[rank() - 2];
  }

  long columns() {
    return dims[rank() - 1];
  }

  /** Number of matrices. */
  long count() {
    long count = 1;
    for (int i = 0; i < rank() - 2; i++) {
      count *= dims[i];
    }
    return count;
  }

  /** The first extent, if it is none of the matrices'. */
  long batches() {
    return rank() > 2 ? dims[0] : 1;
  }

  /** Some of the first axis, if it is none of the matrices'. */
  Matrices batches(long from, long count) {
    if (rank() == 2) {
      return this;
    }
    long[] fewer = dims.clone();
    fewer[0] = count;
    return new Matrices(dtype, fewer, strides, address + from * strides[0] * dtype.bytes());
  }

  /** One of the matrices, counted with the last of the leading axes fastest. */
  Matrices matrix(long number) {
    long offset = 0;
    long left = number;
    for (int i = rank() - 3; i >= 0; i--) {
      offset += left % dims[i] * strides[i];
      left /= dims[i];
    }
    int first = rank() - 2;
    return new Matrices(
        dtype,
        Arrays.copyOfRange(dims, first, rank()),
        Arrays.copyOfRange(strides, first, rank()),
        address + offset * dtype.bytes());
  }

  /** Some of the rows of every matrix. */
  Matrices rows(long from, long count) {
    long[] fewer = dims.clone();
    fewer[rank() - 2] = count;
    long offset = from * strides[rank() - 2] * dtype.bytes();
    return new Matrices(dtype, fewer, strides, address + offset);
  }

  /** Rows as columns. */
  Matrices turned() {
    long[] d = dims.clone();
    long[] s = strides.clone();
    int last = rank() - 1;
    d[last] = dims[last - 1];
    d[last - 1] = dims[last];
    s[last] = strides[last - 1];
    s[last - 1] = strides[last];
    return new Matrices(dtype, d, s, address);
  }

  /** The leading extents with those of other matrices. */
  long[] batch(long rows, long columns) {
    long[] other = dims.clone();
    other[rank() - 2] = rows;
    other[rank() - 1] = columns;
    return other;
  }

  /**
   * The axes by how far apart their elements lie, the columns last: a result in this order has its
   * elements where these have theirs.
   */
  int[] order() {
    int last = rank() - 1;
    return IntStream.concat(
            IntStream.range(0, last)
                .boxed()
                .sorted(Comparator.comparingLong((Integer i) -> -strides[i]))
                .mapToInt(i -> i),
            IntStream.of(last))
        .toArray();
  }

  Desc desc() {
    return Desc.of(dtype, dims, strides);
  }
}
