package dev.mycel.autograd.rules;

import dev.mycel.autograd.BatchTable;
import dev.mycel.core.Attrs;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Primitive;
import dev.mycel.core.Prims;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import java.util.Arrays;

/** Batching rules of movement, reductions and indexing: most only move their axes by one. */
final class BatchRules {
  private BatchRules() {}

  static void register(BatchTable t) {
    movement(t);
    reductions(t);
    along(t, Prims.TAKE_ALONG);
    t.attrs(Prims.PUT_ALONG_ADD, a -> new Attrs.AxisSize(a.axis() + 1, a.size()));
    t.rule(Prims.TAKE, BatchRules::take);
    t.rule(Prims.TAKE_ADD, BatchRules::takeAdd);
  }

  private static void movement(BatchTable t) {
    t.rule(
        Prims.RESHAPE,
        c -> one(Prims.RESHAPE, new Attrs.To(c.attrs().shape().insert(0, c.size())), c.in(0)));
    t.attrs(
        Prims.TRANSPOSE,
        a -> {
          int[] perm = new int[a.perm().length + 1];
          Arrays.setAll(perm, i -> i == 0 ? 0 : a.perm()[i - 1] + 1);
          return new Attrs.Permutation(perm);
        });
    t.rule(Prims.BROADCAST_TO, BatchRules::broadcast);
    t.rule(
        Prims.SLICE,
        c -> {
          Attrs.Slice a = c.attrs();
          Shape sizes = a.sizes().insert(0, c.size());
          Attrs.Slice all = new Attrs.Slice(before(0, a.starts()), sizes, before(1, a.steps()));
          return one(Prims.SLICE, all, c.in(0));
        });
    t.attrs(Prims.FLIP, BatchRules::moved);
    t.attrs(
        Prims.PAD,
        a ->
            new Attrs.Pad(
                before(0, a.low()), before(0, a.high()), before(0, a.between()), a.value()));
    along(t, Prims.CONCAT);
    t.attrs(Prims.SPLIT, a -> new Attrs.Split(a.axis() + 1, a.extents()));
  }

  private static void reductions(BatchTable t) {
    t.attrs(Prims.REDUCE_SUM, BatchRules::moved);
    t.attrs(Prims.REDUCE_PROD, BatchRules::moved);
    t.attrs(Prims.REDUCE_MAX, BatchRules::moved);
    t.attrs(Prims.REDUCE_MIN, BatchRules::moved);
    along(t, Prims.ARGMAX);
    along(t, Prims.ARGMIN);
    t.attrs(Prims.CUMSUM, a -> new Attrs.Scan(a.axis() + 1, a.exclusive(), a.reverse()));
    t.attrs(Prims.SORT, a -> new Attrs.Sort(a.axis() + 1, a.descending()));
    along(t, Prims.SOFTMAX);
    along(t, Prims.SOFTMAX_GRAD);
    along(t, Prims.LOG_SOFTMAX);
    along(t, Prims.LOG_SOFTMAX_GRAD);
    t.rule(
        Prims.LAYER_NORM,
        c -> {
          if (c.isMapped(1) || c.isMapped(2)) {
            return null;
          }
          Attrs.LayerNorm a = c.attrs();
          return Interpreters.bindAll(
              Prims.LAYER_NORM,
              new Attrs.LayerNorm(a.axis() + 1, a.epsilon()),
              c.in(0),
              c.given(1),
              c.given(2));
        });
  }

  private static void along(BatchTable t, Primitive<Attrs.Axis> p) {
    t.attrs(p, a -> new Attrs.Axis(a.axis() + 1));
  }

  private static Attrs.Axes moved(Attrs.Axes a) {
    return new Attrs.Axes(Arrays.stream(a.axes()).map(i -> i + 1).toArray());
  }

  private static long[] before(long first, long[] rest) {
    long[] all = new long[rest.length + 1];
    all[0] = first;
    System.arraycopy(rest, 0, all, 1, rest.length);
    return all;
  }

  private static <A> Tensor[] one(Primitive<A> p, A attrs, Tensor... in) {
    return Interpreters.bindAll(p, attrs, in);
  }

  /** New leading axes come after the slices, not before them. */
  private static Tensor[] broadcast(BatchTable.Call<Attrs.To> c) {
    Shape to = c.attrs().shape().insert(0, c.size());
    Shape from = c.shape(0);
    long[] dims = new long[to.rank()];
    Arrays.fill(dims, 1);
    dims[0] = c.size();
    for (int i = 0; i < from.rank(); i++) {
      dims[to.rank() - from.rank() + i] = from.dim(i);
    }
    return new Tensor[] {Bind.broadcast(Bind.reshape(c.in(0), Shape.of(dims)), to)};
  }

  // ---- indexing ---------------------------------------------------------------------------------

  private static Tensor[] take(BatchTable.Call<Attrs.Axis> c) {
    int axis = c.attrs().axis();
    if (!c.isMapped(1)) {
      return one(Prims.TAKE, new Attrs.Axis(axis + 1), c.in(0), c.given(1));
    }
    Shape x = c.shape(0);
    Shape places = c.shape(1);
    if (!c.isMapped(0)) {
      Tensor y = Interpreters.bind(Prims.TAKE, c.attrs(), c.given(0), c.given(1));
      return new Tensor[] {toFront(y, axis)};
    }
    // Slices are chosen element by element, so that an index is checked against its own slice.
    Shape rest = x.without(axis);
    Tensor rows = toAxis(c.in(0), axis + 1, 1);
    Tensor columns = spread(c.in(1), places.size(), rest);
    Tensor y = Interpreters.bind(Prims.TAKE_ALONG, new Attrs.Axis(1), rows, columns);
    Tensor shaped = Bind.reshape(y, inserted(rest, 0, places).insert(0, c.size()));
    return new Tensor[] {blockTo(shaped, 1, places.rank(), axis + 1)};
  }

  private static Tensor[] takeAdd(BatchTable.Call<Attrs.AxisSize> c) {
    int axis = c.attrs().axis();
    long size = c.attrs().size();
    if (!c.isMapped(1)) {
      return one(Prims.TAKE_ADD, new Attrs.AxisSize(axis + 1, size), c.in(0), c.given(1));
    }
    Shape places = c.shape(1);
    int block = places.rank();
    Tensor front = blockTo(c.in(0), axis + 1, block, 1);
    long[] dims = c.shape(0).dims();
    long[] rest = new long[dims.length - block];
    System.arraycopy(dims, 0, rest, 0, axis);
    System.arraycopy(dims, axis + block, rest, axis, rest.length - axis);
    Shape others = Shape.of(rest);
    Tensor rows = Bind.reshape(front, others.insert(0, places.size()).insert(0, c.size()));
    Tensor columns = spread(c.in(1), places.size(), others);
    Attrs.AxisSize first = new Attrs.AxisSize(1, size);
    Tensor y = Interpreters.bind(Prims.PUT_ALONG_ADD, first, rows, columns);
    return new Tensor[] {toAxis(y, 1, axis + 1)};
  }

  /** Indices [size, ...] as [size, count, rest], the same for all of the rest. */
  private static Tensor spread(Tensor indices, long count, Shape rest) {
    long[] dims = new long[rest.rank() + 2];
    Arrays.fill(dims, 1);
    dims[0] = indices.shape().dim(0);
    dims[1] = count;
    Shape wide = rest.insert(0, count).insert(0, dims[0]);
    return Bind.broadcast(Bind.reshape(indices, Shape.of(dims)), wide);
  }

  private static Shape inserted(Shape s, int axis, Shape block) {
    Shape all = s;
    for (int i = block.rank() - 1; i >= 0; i--) {
      all = all.insert(axis, block.dim(i));
    }
    return all;
  }

  static Tensor toFront(Tensor x, int axis) {
    return toAxis(x, axis, 0);
  }

  /** One axis moved to another place. */
  static Tensor toAxis(Tensor x, int from, int to) {
    return blockTo(x, from, 1, to);
  }

  /** A run of axes moved to another place, where it begins afterwards. */
  static Tensor blockTo(Tensor x, int from, int count, int to) {
    if (from == to || count == 0) {
      return x;
    }
    int rank = x.shape().rank();
    int[] perm = new int[rank];
    int others = 0;
    for (int i = 0; i < rank; i++) {
      if (i >= to && i < to + count) {
        perm[i] = from + i - to;
      } else {
        perm[i] = others < from ? others : others + count;
        others++;
      }
    }
    return Interpreters.bind(Prims.TRANSPOSE, new Attrs.Permutation(perm), x);
  }
}
