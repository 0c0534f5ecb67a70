package dev.mycel.optim;

import dev.mycel.core.Interpreter.Update;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Ops;
import dev.mycel.core.Primitive;
import dev.mycel.core.Scope;
import dev.mycel.core.Tensor;
import dev.mycel.core.Variable;
import java.util.ArrayList;
import java.util.List;

/**
 * Update primitives that wait to be run together: a call for each of many small parameters would
 * cost more than the work.
 */
final class Updates {
  /** So many elements do not gain from more; it bounds the memory of gradients that were cast. */
  private static final long MOST = 1 << 20;

  private final List<Update<?>> waiting = new ArrayList<>();
  private long elements;
  private int given;

  /** A scalar of the gradient's dtype. */
  static Tensor scalarLike(Tensor gradient, double value) {
    return Ops.scalar(value, gradient.dtype());
  }

  /**
   * Replaces the variables' values by the primitive's results, in place where possible, when {@link
   * #flush} is called.
   */
  <A> void add(Primitive<A> primitive, A attrs, Variable[] variables, Tensor... others) {
    waiting.add(new Update<>(primitive, attrs, variables, others));
    elements += others[0].size();
  }

  /** Lets the tensors of new updates live until the scope around this one ends. */
  void giveTo(Scope scope) {
    for (; given < waiting.size(); given++) {
      scope.give(waiting.get(given).others());
    }
  }

  boolean isFull() {
    return elements >= MOST;
  }

  /** Runs all that wait. */
  void flush() {
    List<Update<?>> now = List.copyOf(waiting);
    waiting.clear();
    elements = 0;
    given = 0;
    Interpreters.top().updateAll(now);
  }
}
