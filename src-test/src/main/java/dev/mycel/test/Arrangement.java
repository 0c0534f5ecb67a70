package dev.mycel.test;

import dev.mycel.core.Attrs;
import dev.mycel.core.DType;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Prims;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import java.util.Arrays;

/**
 * The ways in which the elements of an input can lie in memory. Elements outside the view are NaN
 * or 77, so that touching them shows.
 */
enum Arrangement {
  /** Row-major from the first element of the storage. */
  CONTIGUOUS,
  /** Axes in reverse order. */
  TRANSPOSED,
  /** Every second element of each axis, from the second on. */
  STEPPED,
  /** A part that begins inside the storage. */
  OFFSET,
  /** Every axis backwards, so that all strides are negative. */
  FLIPPED,
  /** The first axis repeated with stride zero. */
  BROADCAST;

  /**
   * The numbers that a tensor in this arrangement can hold: those given, or their first slice
   * repeated.
   */
  double[] fit(double[] numbers, Shape shape) {
    if (this != BROADCAST || shape.rank() == 0 || shape.isEmpty()) {
      return numbers;
    }
    int slice = numbers.length / (int) shape.dim(0);
    double[] repeated = new double[numbers.length];
    Arrays.setAll(repeated, i -> numbers[i % slice]);
    return repeated;
  }

  /** A tensor that holds the numbers (as {@link #fit} left them) in this arrangement. */
  Tensor place(double[] numbers, Shape shape, DType dtype) {
    int rank = shape.rank();
    if (rank == 0 || this == CONTIGUOUS) {
      return HostValues.of(dtype, shape, numbers).toTensor();
    }
    int[] axes = new int[rank];
    Arrays.setAll(axes, i -> i);
    long[] dims = shape.dims();
    return switch (this) {
      case TRANSPOSED -> {
        int[] reverse = new int[rank];
        Arrays.setAll(reverse, i -> rank - 1 - i);
        long[] stored = new long[rank];
        Arrays.setAll(stored, i -> dims[reverse[i]]);
        long[] strides = permuted(Shape.of(stored).strides(), reverse);
        Tensor base = scatter(numbers, shape, dtype, Shape.of(stored), 0, strides);
        yield Interpreters.bind(Prims.TRANSPOSE, new Attrs.Permutation(reverse), base);
      }
      case STEPPED -> sliced(numbers, shape, dtype, 2, 1);
      case OFFSET -> sliced(numbers, shape, dtype, 1, 1);
      case FLIPPED -> {
        long[] strides = shape.strides();
        long last = 0;
        for (int i = 0; i < rank; i++) {
          last += (dims[i] - 1) * strides[i];
          strides[i] = -strides[i];
        }
        Tensor base = scatter(numbers, shape, dtype, shape, last, strides);
        yield Interpreters.bind(Prims.FLIP, new Attrs.Axes(axes), base);
      }
      case BROADCAST -> {
        Shape narrow = shape.isEmpty() ? shape : shape.with(0, 1);
        double[] first = Arrays.copyOf(numbers, (int) narrow.size());
        Tensor base = HostValues.of(dtype, narrow, first).toTensor();
        yield Interpreters.bind(Prims.BROADCAST_TO, new Attrs.To(shape), base);
      }
      case CONTIGUOUS -> throw new AssertionError("handled above");
    };
  }

  private static Tensor sliced(double[] numbers, Shape shape, DType dtype, int step, int start) {
    int rank = shape.rank();
    long[] stored = shape.dims();
    long[] starts = new long[rank];
    long[] steps = new long[rank];
    Arrays.fill(starts, start);
    Arrays.fill(steps, step);
    Arrays.setAll(stored, i -> start + step * stored[i]);
    long[] strides = Shape.of(stored).strides();
    long offset = Arrays.stream(strides).map(s -> s * start).sum();
    Arrays.setAll(strides, i -> strides[i] * step);
    Tensor base = scatter(numbers, shape, dtype, Shape.of(stored), offset, strides);
    return Interpreters.bind(Prims.SLICE, new Attrs.Slice(starts, shape, steps), base);
  }

  private static Tensor scatter(
      double[] numbers, Shape shape, DType dtype, Shape stored, long offset, long[] strides) {
    double[] memory = new double[(int) stored.size()];
    Arrays.fill(memory, dtype.isFloat() ? Double.NaN : 77);
    long[] natural = shape.strides();
    for (int i = 0; i < numbers.length; i++) {
      long at = offset;
      for (int d = 0; d < strides.length; d++) {
        at += i / natural[d] % shape.dim(d) * strides[d];
      }
      memory[(int) at] = numbers[i];
    }
    return HostValues.of(dtype, stored, memory).toTensor();
  }

  private static long[] permuted(long[] values, int[] order) {
    long[] result = new long[values.length];
    Arrays.setAll(result, i -> values[order[i]]);
    return result;
  }
}
