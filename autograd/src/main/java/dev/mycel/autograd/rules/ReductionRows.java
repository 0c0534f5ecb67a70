package dev.mycel.autograd.rules;

import static dev.mycel.autograd.rules.Bind.op;
import static dev.mycel.autograd.rules.Bind.spread;

import dev.mycel.autograd.Needs;
import dev.mycel.autograd.Saved;
import dev.mycel.autograd.VjpTable;
import dev.mycel.core.Attrs;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Primitive;
import dev.mycel.core.Prims;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import org.jspecify.annotations.Nullable;

/** Rows of reductions, scans and sorting. */
final class ReductionRows {
  private ReductionRows() {}

  static void register(VjpTable t) {
    t.wrt(
        0,
        Prims.REDUCE_SUM,
        Needs.nothing(),
        (s, g) -> spread(g, s.attrs().axes(), s.inputType(0).shape()));
    t.wrt(0, Prims.REDUCE_PROD, Needs.inputs(0), ReductionRows::product);
    extreme(t, Prims.REDUCE_MAX);
    extreme(t, Prims.REDUCE_MIN);
    t.wrt(
        0,
        Prims.CUMSUM,
        Needs.nothing(),
        (s, g) -> {
          Attrs.Scan a = s.attrs();
          return Interpreters.bind(
              Prims.CUMSUM, new Attrs.Scan(a.axis(), a.exclusive(), !a.reverse()), g);
        });
    t.all(Prims.SORT, Needs.outputs(1), ReductionRows::sort);
    t.flat(Prims.ARGMAX, Prims.ARGMIN);
  }

  /** Equal extremes share the gradient evenly. */
  private static void extreme(VjpTable t, Primitive<Attrs.Axes> p) {
    t.wrt(
        0,
        p,
        Needs.inputs(0).and(Needs.outputs(0)),
        (s, g) -> {
          Tensor x = s.in(0);
          int[] axes = s.attrs().axes();
          Tensor chosen = Bind.cast(op(Prims.EQ, x, spread(s.out(), axes, x.shape())), x.dtype());
          Tensor count = Bind.sum(chosen, axes);
          return spread(g.div(count), axes, x.shape()).mul(chosen);
        });
  }

  /**
   * The product of the other elements, times the gradient: products of what comes before and of
   * what comes after, so that zeros are no matter. Several axes are brought together first.
   */
  private static Tensor product(Saved<Attrs.Axes> s, Tensor g) {
    Tensor x = s.in(0);
    Shape shape = x.shape();
    if (shape.isEmpty()) {
      return Bind.zeros(x.type());
    }
    int[] axes = s.attrs().axes();
    int[] order = reducedLast(shape.rank(), axes);
    Attrs.Permutation perm = new Attrs.Permutation(order);
    Tensor moved = Interpreters.bind(Prims.TRANSPOSE, perm, x);
    long reduced = 1;
    for (int a : axes) {
      reduced *= shape.dim(a);
    }
    long rest = shape.size() / reduced;
    Tensor rows = Bind.reshape(moved, Shape.of(rest, reduced));
    Tensor others = productOfOthers(rows, reduced);
    Tensor scaled = others.mul(Bind.reshape(g, Shape.of(rest, 1)));
    return Interpreters.bind(Prims.TRANSPOSE, perm.inverse(), Bind.reshape(scaled, moved.shape()));
  }

  private static int[] reducedLast(int rank, int[] axes) {
    int[] order = new int[rank];
    int front = 0;
    int back = rank - axes.length;
    int k = 0;
    for (int i = 0; i < rank; i++) {
      if (k < axes.length && axes[k] == i) {
        order[back++] = i;
        k++;
      } else {
        order[front++] = i;
      }
    }
    return order;
  }

  /**
   * [rest, n] to [rest, n]: with element j replaced by one, the product of each row; as n products
   * of [rest, n, n].
   */
  private static Tensor productOfOthers(Tensor rows, long n) {
    Shape cube = Shape.of(rows.shape().dim(0), n, n);
    Tensor repeated = Bind.broadcast(Bind.reshape(rows, Shape.of(cube.dim(0), 1, n)), cube);
    Tensor diagonal =
        Bind.broadcast(
            Bind.reshape(
                dev.mycel.core.Ops.eye(n, n, dev.mycel.core.DType.BOOL), Shape.of(1, n, n)),
            cube);
    Tensor replaced = Bind.select(diagonal, Bind.constant(1, repeated.type()), repeated);
    return Interpreters.bind(Prims.REDUCE_PROD, new Attrs.Axes(2), replaced);
  }

  private static @Nullable Tensor[] sort(
      Saved<Attrs.Sort> s, @Nullable Tensor[] dy, boolean[] wanted) {
    Tensor g = dy[0];
    if (g == null) {
      return new Tensor[1];
    }
    int axis = s.attrs().axis();
    return new Tensor[] {
      Interpreters.bind(
          Prims.PUT_ALONG_ADD, new Attrs.AxisSize(axis, g.shape().dim(axis)), g, s.out(1))
    };
  }
}
