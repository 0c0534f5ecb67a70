package dev.mycel.reference;

import dev.mycel.core.Attrs;
import dev.mycel.core.Layout;
import dev.mycel.core.Prims;
import dev.mycel.core.Shape;
import dev.mycel.core.spi.Access;
import dev.mycel.core.spi.Buffer;
import dev.mycel.core.spi.Indices;
import dev.mycel.core.spi.KernelCall;
import dev.mycel.core.spi.KernelTable;

/** Reading and adding at indices; all indices are checked before anything is allocated. */
final class IndexKernels {
  private IndexKernels() {}

  static void register(KernelTable t) {
    String note = "all types, negative indices from the end";
    t.put(Prims.TAKE, Access.STRIDED, note, IndexKernels::take);
    t.put(Prims.TAKE_ADD, Access.STRIDED, note, IndexKernels::takeAdd);
    t.put(Prims.TAKE_ALONG, Access.STRIDED, note, IndexKernels::takeAlong);
    t.put(Prims.PUT_ALONG_ADD, Access.STRIDED, note, IndexKernels::putAlongAdd);
  }

  /** The indices in row-major order, counted from the front. */
  private static int[] indices(String op, Buffer from, int axis, long extent) {
    long[] given = Elements.longs(from, from.layout());
    int[] checked = new int[given.length];
    for (int i = 0; i < given.length; i++) {
      checked[i] = (int) Indices.fromFront(op, given[i], axis, extent);
    }
    return checked;
  }

  private static void take(KernelCall<Attrs.Axis> call) {
    Buffer x = call.input(0);
    int axis = call.attrs().axis();
    int[] places = indices("gather", call.input(1), axis, x.shape().dim(axis));
    Buffer out = call.output(0);
    if (out.size() == 0) {
      return;
    }
    Layout l = x.layout();
    int stride = Math.toIntExact(l.stride(axis));
    Layout heads = Views.range(l, l.offset(), 0, axis);
    Layout slice = Views.range(l, 0, axis + 1, l.shape().rank());
    int size = Math.toIntExact(slice.shape().size());
    Rows inner = Rows.over(slice.shape(), slice);
    Rows outer = Rows.over(heads.shape(), heads);
    while (outer.next()) {
      for (int i = 0; i < outer.count(); i++) {
        int at = outer.at(0) + i * outer.stride(0);
        int to = (outer.position() + i) * places.length * size;
        if (size == 1) {
          Raw.gather(x.array(), at, stride, places, out.array(), to, 1, places.length);
        } else {
          slices(x, at, stride, places, inner, out, to, size);
        }
      }
    }
  }

  private static void slices(
      Buffer x, int at, int stride, int[] places, Rows inner, Buffer out, int to, int size) {
    Object source = x.array();
    Object target = out.array();
    for (int k = 0; k < places.length; k++) {
      int from = at + places[k] * stride;
      inner.rewind();
      while (inner.next()) {
        int start = to + k * size + inner.position();
        Raw.copy(source, from + inner.at(0), inner.stride(0), target, start, 1, inner.count());
      }
    }
  }

  private static void takeAdd(KernelCall<Attrs.AxisSize> call) {
    Buffer y = call.input(0);
    int axis = call.attrs().axis();
    int extent = Math.toIntExact(call.attrs().size());
    int[] places = indices("scatterAdd", call.input(1), axis, extent);
    Buffer out = call.output(0);
    Sums sums = Sums.of(out.dtype(), Math.toIntExact(out.size()));
    if (y.size() > 0) {
      Layout l = y.layout();
      int rank = l.shape().rank();
      int after = axis + call.input(1).shape().rank();
      int size = Views.size(l.shape(), after, rank);
      Layout heads = Views.range(l, l.offset(), 0, axis);
      Rows outer = Rows.over(heads.shape(), heads);
      int[] targets = new int[places.length * size];
      while (outer.next()) {
        for (int i = 0; i < outer.count(); i++) {
          int base = (outer.position() + i) * extent * size;
          for (int t = 0; t < targets.length; t++) {
            targets[t] = base + places[t / size] * size + t % size;
          }
          int at = outer.at(0) + i * outer.stride(0);
          sums.add(y, Views.range(l, at, axis, rank), targets);
        }
      }
    }
    sums.store(out, 0);
  }

  /**
   * For each element of a shape in row-major order, where it lies in a tensor of which one axis is
   * replaced by an index.
   *
   * @param shape shape of the indices
   * @param l layout of the other tensor, of equal rank
   */
  private static int[] along(int[] indices, Shape shape, Layout l, int axis) {
    long[] strides = l.strides();
    int step = Math.toIntExact(strides[axis]);
    strides[axis] = 0;
    Layout walk = Layout.of(shape, strides, l.offset());
    int[] places = new int[indices.length];
    Rows rows = Rows.over(shape, walk);
    while (rows.next()) {
      for (int i = 0; i < rows.count(); i++) {
        int number = rows.position() + i;
        places[number] = rows.at(0) + i * rows.stride(0) + indices[number] * step;
      }
    }
    return places;
  }

  private static void takeAlong(KernelCall<Attrs.Axis> call) {
    Buffer x = call.input(0);
    Buffer at = call.input(1);
    int axis = call.attrs().axis();
    int[] indices = indices("gatherElements", at, axis, x.shape().dim(axis));
    Buffer out = call.output(0);
    int[] places = along(indices, at.shape(), x.layout(), axis);
    Raw.gather(x.array(), 0, 1, places, out.array(), 0, 1, places.length);
  }

  private static void putAlongAdd(KernelCall<Attrs.AxisSize> call) {
    Buffer y = call.input(0);
    int axis = call.attrs().axis();
    int[] indices = indices("scatterElements", call.input(1), axis, call.attrs().size());
    Buffer out = call.output(0);
    int[] places = along(indices, y.shape(), Layout.contiguous(out.shape()), axis);
    Sums sums = Sums.of(out.dtype(), Math.toIntExact(out.size()));
    sums.add(y, y.layout(), places);
    sums.store(out, 0);
  }
}
