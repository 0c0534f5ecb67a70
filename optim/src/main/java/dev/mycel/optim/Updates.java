package dev.mycel.optim;

import dev.mycel.core.Interpreters;
import dev.mycel.core.Ops;
import dev.mycel.core.Primitive;
import dev.mycel.core.Tensor;
import dev.mycel.core.Variable;

/** Runs update primitives on variables. */
final class Updates {
  private Updates() {}

  /** A scalar of the gradient's dtype. */
  static Tensor scalarLike(Tensor gradient, double value) {
    return Ops.scalar(value, gradient.dtype());
  }

  /** Replaces the variables' values by the primitive's results, in place where possible. */
  static <A> void run(Primitive<A> primitive, A attrs, Variable[] variables, Tensor... others) {
    Interpreters.top().update(primitive, attrs, variables, others);
  }
}
