package dev.mycel.core;

import java.util.ArrayList;
import java.util.List;

/** Sorting, and operations whose results' extents depend on values. */
final class Ordering {
  private Ordering() {}

  static Pair<Tensor, Tensor> sort(Tensor x, int axis, boolean descending) {
    if (x.rank() == 0) {
      return new Pair<>(x, Ops.scalar(0, DType.INT64));
    }
    Attrs.Sort order = new Attrs.Sort(x.shape().axis(axis, "sort"), descending);
    Tensor[] sorted = Interpreters.bindAll(Prims.SORT, order, Join.input(Prims.SORT, x));
    return new Pair<>(sorted[0], sorted[1]);
  }

  static Pair<Tensor, Tensor> topk(Tensor x, long k, int axis, boolean largest) {
    int a = x.shape().axis(axis, "topk");
    long n = x.shape().rawDims()[a];
    if (k < 0 || k > n) {
      throw new ArgumentException(
          Messages.of("topk: k does not fit the axis")
              .line("k    ", k)
              .line("shape", x.shape())
              .line("axis ", a)
              .text());
    }
    Pair<Tensor, Tensor> sorted = sort(x, a, largest);
    return new Pair<>(
        Movement.narrow(sorted.first(), a, 0, k), Movement.narrow(sorted.second(), a, 0, k));
  }

  /** Row-major numbers of the elements that are not zero. */
  private static long[] flatPlaces(Tensor x) {
    boolean[] truth = HostExport.toBooleans(Elementwise.truth(x));
    int count = 0;
    for (boolean t : truth) {
      count += t ? 1 : 0;
    }
    long[] places = new long[count];
    for (int i = 0, k = 0; i < truth.length; i++) {
      if (truth[i]) {
        places[k++] = i;
      }
    }
    return places;
  }

  /** For each axis the coordinates of the elements that are not zero, int64. */
  static List<Tensor> truePlaces(Tensor x) {
    long[] flat = flatPlaces(x);
    List<Tensor> coordinates = new ArrayList<>();
    for (int axis = 0; axis < x.rank(); axis++) {
      long stride = x.shape().rawStrides()[axis];
      long n = x.shape().rawDims()[axis];
      long[] along = new long[flat.length];
      for (int i = 0; i < along.length; i++) {
        along[i] = flat[i] / stride % n;
      }
      coordinates.add(Scattering.longs(along));
    }
    return coordinates;
  }

  /** int64 [count, rank]. */
  static Tensor nonzero(Tensor x) {
    if (x.rank() == 0) {
      return Ops.zeros(Shape.of(flatPlaces(x).length, 0), DType.INT64);
    }
    return Movement.stack(truePlaces(x), 1);
  }

  /** The elements where the condition holds, after both are broadcast, as a vector. */
  static Tensor maskedSelect(Tensor x, Tensor mask) {
    if (mask.dtype() != DType.BOOL) {
      throw new DTypeException(
          Messages.of("maskedSelect: a mask must be bool").line("mask", mask.type()).text());
    }
    Shape shape = x.shape().broadcast(mask.shape(), "maskedSelect");
    long[] places = flatPlaces(Join.to(shape, mask));
    Tensor flat = Ops.reshape(Join.to(shape, x), shape.size());
    return Ops.gather(flat, Scattering.longs(places), 0);
  }

  /**
   * The distinct elements in ascending order, and for each element of the input the number of its
   * equal among them. NaN elements are each of their own.
   */
  static Pair<Tensor, Tensor> unique(Tensor x) {
    Tensor flat = Ops.reshape(x, x.size());
    Pair<Tensor, Tensor> sorted = sort(flat, 0, false);
    int n = Math.toIntExact(x.size());
    long[] order = HostExport.toLongs(sorted.second());
    boolean[] fresh = new boolean[n];
    if (n > 0) {
      fresh[0] = true;
      Tensor later = Movement.narrow(sorted.first(), 0, 1, n - 1);
      Tensor earlier = Movement.narrow(sorted.first(), 0, 0, n - 1);
      boolean[] steps = HostExport.toBooleans(Join.binary(Prims.NE, later, earlier));
      System.arraycopy(steps, 0, fresh, 1, n - 1);
    }
    List<Long> firsts = new ArrayList<>();
    long[] numbers = new long[n];
    for (int i = 0; i < n; i++) {
      if (fresh[i]) {
        firsts.add(order[i]);
      }
      numbers[(int) order[i]] = firsts.size() - 1L;
    }
    Tensor places = Scattering.longs(firsts.stream().mapToLong(Long::longValue).toArray());
    Tensor inverse = Ops.reshape(Scattering.longs(numbers), x.shape().rawDims());
    return new Pair<>(Ops.gather(flat, places, 0), inverse);
  }
}
