package dev.mycel.checkpoint.names;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Ops;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import java.util.Arrays;
import java.util.List;

/** What splits one value, joins several, chooses one of them, or needs none. */
final class Pieces {
  private Pieces() {}

  /**
   * One piece of a value that is cut along an axis.
   *
   * @param sizes the extents of all pieces, none if they are equal
   */
  record Part(int axis, int index, int count, List<Long> sizes) implements ValueTransform {
    @Override
    public ValueForm form(List<ValueForm> sources) {
      ValueForm whole = sources.get(0);
      Shape s = whole.shape();
      if (axis >= s.rank()) {
        throw new ArgumentException(s + " has no axis " + axis + " to be split along");
      }
      long extent = s.dim(axis);
      boolean fits =
          sizes.isEmpty()
              ? extent % count == 0
              : sizes.stream().mapToLong(Long::longValue).sum() == extent;
      if (!fits) {
        throw new ArgumentException(
            "axis "
                + axis
                + " of "
                + s
                + " cannot be split into "
                + (sizes.isEmpty() ? count + " equal parts" : "parts of " + sizes));
      }
      long[] dims = s.dims();
      dims[axis] = length(extent);
      return whole.with(Shape.of(dims));
    }

    private long length(long extent) {
      return sizes.isEmpty() ? extent / count : sizes.get(index);
    }

    @Override
    public Tensor apply(List<Tensor> sources) {
      Tensor whole = sources.get(0);
      long extent = whole.dim(axis);
      long start =
          sizes.isEmpty()
              ? index * (extent / count)
              : sizes.stream().limit(index).mapToLong(Long::longValue).sum();
      return whole.narrow(axis, start, length(extent));
    }

    @Override
    public String toString() {
      return "part " + (index + 1) + " of " + count + " along axis " + axis;
    }
  }

  /**
   * Several values one after the other along an axis.
   *
   * @param sizes their extents there, none if they are equal
   */
  record Joined(int axis, List<Long> sizes) implements ValueTransform {
    @Override
    public ValueForm form(List<ValueForm> sources) {
      ValueForm first = sources.get(0);
      if (axis >= first.shape().rank()) {
        throw new ArgumentException(first.shape() + " has no axis " + axis + " to be joined along");
      }
      long[] dims = first.shape().dims();
      long sum = 0;
      for (int i = 0; i < sources.size(); i++) {
        long[] other = sources.get(i).shape().dims();
        long extent = axis < other.length ? other[axis] : -1;
        long wanted = sizes.isEmpty() ? first.shape().dim(axis) : sizes.get(i);
        dims[axis] = wanted;
        if (!Arrays.equals(dims, other) || sources.get(i).dtype() != first.dtype()) {
          throw new ArgumentException(
              "the parts " + sources + " cannot be joined along axis " + axis + hint(extent));
        }
        sum = Math.addExact(sum, wanted);
      }
      dims[axis] = sum;
      return first.with(Shape.of(dims));
    }

    private String hint(long extent) {
      boolean unequal = sizes.isEmpty() && extent >= 0;
      return unequal ? "; parts of different sizes need their sizes" : ", sizes " + sizes;
    }

    @Override
    public Tensor apply(List<Tensor> sources) {
      return sources.size() == 1 ? sources.get(0) : Ops.concat(sources, axis);
    }

    @Override
    public String toString() {
      return "joined along axis " + axis;
    }
  }

  /** The first of several values that should be one. */
  record First() implements ValueTransform {
    @Override
    public ValueForm form(List<ValueForm> sources) {
      ValueForm first = sources.get(0);
      for (ValueForm other : sources) {
        if (!other.equals(first)) {
          throw new ArgumentException("tied values " + sources + " differ in their form");
        }
      }
      return first;
    }

    @Override
    public Tensor apply(List<Tensor> sources) {
      return sources.get(0);
    }

    @Override
    public String toString() {
      return "tied";
    }
  }

  /** A value that needs no source. */
  record Constant(Tensor value) implements ValueTransform {
    @Override
    public ValueForm form(List<ValueForm> sources) {
      return new ValueForm(value.shape(), value.dtype());
    }

    @Override
    public Tensor apply(List<Tensor> sources) {
      return value;
    }

    @Override
    public String toString() {
      return "constant";
    }
  }
}
