package dev.mycel.autograd;

import dev.mycel.core.Interpreter;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Precision;
import dev.mycel.core.Tensor;
import dev.mycel.core.TensorType;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Forward mode from a backward pass: the gradient of the inputs is {@code J^T u} for a gradient
 * {@code u} of the results, so its own gradient with respect to u, for a gradient v, is {@code J
 * v}.
 */
final class Transposed {
  private Transposed() {}

  /** The tangents of a call's results, from its gradient row. */
  static <A> @Nullable Tensor[] push(VjpTable.Row<A> row, Saved<A> at, @Nullable Tensor[] dx) {
    TensorType[] results = new TensorType[at.outputCount()];
    for (int i = 0; i < results.length; i++) {
      results[i] = at.outputType(i);
    }
    boolean[] wanted = new boolean[dx.length];
    for (int i = 0; i < wanted.length; i++) {
      wanted[i] = dx[i] != null;
    }
    return push(results, dx, u -> row.pull(at, u, wanted));
  }

  /**
   * The tangents of results under the thread's top interpreter.
   *
   * @param results their types
   * @param dx tangents by input
   * @param pull the gradients by input for gradients by result; null for integer results
   */
  static @Nullable Tensor[] push(
      TensorType[] results,
      @Nullable Tensor[] dx,
      Function<@Nullable Tensor[], @Nullable Tensor[]> pull) {
    Interpreter here = Interpreters.top();
    Precision before = Precision.swap(Precision.NONE);
    try (Tape tape = new Tape(here, java.util.List.of())) {
      @Nullable Tensor[] u = new Tensor[results.length];
      int floats = 0;
      for (int i = 0; i < u.length; i++) {
        if (results[i].dtype().isFloat()) {
          u[i] = tape.watch(Gradients.zeros(here, results[i]));
          floats++;
        }
      }
      @Nullable Tensor[] grads = Interpreters.under(tape, () -> pull.apply(u));
      Map<Integer, Tensor> seeds = new HashMap<>();
      for (int i = 0; i < dx.length; i++) {
        Tensor grad = grads[i];
        Tensor v = dx[i];
        if (grad != null && v != null && tape.node(grad) >= 0) {
          seeds.merge(tape.node(grad), v, Tensor::add);
        }
      }
      int[] wanted = new int[floats];
      for (int i = 0; i < floats; i++) {
        wanted[i] = i;
      }
      @Nullable Tensor[] found = tape.backward(seeds, wanted, false);
      @Nullable Tensor[] dy = new Tensor[results.length];
      int k = 0;
      for (int i = 0; i < dy.length; i++) {
        dy[i] = u[i] == null ? null : found[k++];
      }
      return dy;
    } finally {
      Precision.swap(before);
    }
  }
}
