package dev.mycel.autograd.rules;

import dev.mycel.core.Attrs;
import dev.mycel.core.DType;
import dev.mycel.core.Interpreters;
import dev.mycel.core.None;
import dev.mycel.core.Ops;
import dev.mycel.core.Primitive;
import dev.mycel.core.Prims;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import dev.mycel.core.TensorType;

/**
 * Shorthand for binding primitives in rows, without the joining of types and shapes that rows do
 * not need.
 */
final class Bind {
  private Bind() {}

  static Tensor op(Primitive<None> p, Tensor... in) {
    return Interpreters.bind(p, None.NONE, in);
  }

  static Tensor select(Tensor condition, Tensor x, Tensor y) {
    return op(Prims.SELECT, condition, x, y);
  }

  /** A number in every place of a tensor of that type. */
  static Tensor constant(double value, TensorType like) {
    return Ops.broadcastTo(Ops.scalar(value, like.dtype()), like.shape());
  }

  static Tensor zeros(TensorType like) {
    return constant(0, like);
  }

  static Tensor cast(Tensor x, DType t) {
    return x.dtype() == t ? x : Interpreters.bind(Prims.CAST, new Attrs.Cast(t), x);
  }

  static Tensor reshape(Tensor x, Shape to) {
    return x.shape().equals(to) ? x : Interpreters.bind(Prims.RESHAPE, new Attrs.To(to), x);
  }

  static Tensor broadcast(Tensor x, Shape to) {
    return x.shape().equals(to) ? x : Interpreters.bind(Prims.BROADCAST_TO, new Attrs.To(to), x);
  }

  static Tensor sum(Tensor x, int... axes) {
    return axes.length == 0 ? x : Interpreters.bind(Prims.REDUCE_SUM, new Attrs.Axes(axes), x);
  }

  /** Undoes a reduction's loss of axes: the reduced tensor repeated along them. */
  static Tensor spread(Tensor reduced, int[] axes, Shape full) {
    long[] dims = full.dims();
    for (int a : axes) {
      dims[a] = 1;
    }
    return broadcast(reshape(reduced, Shape.of(dims)), full);
  }

  /** The matrix transpose over the last two axes. */
  static Tensor flipLast(Tensor x) {
    int rank = x.shape().rank();
    int[] perm = new int[rank];
    java.util.Arrays.setAll(perm, i -> i);
    perm[rank - 2] = rank - 1;
    perm[rank - 1] = rank - 2;
    return Interpreters.bind(Prims.TRANSPOSE, new Attrs.Permutation(perm), x);
  }
}
