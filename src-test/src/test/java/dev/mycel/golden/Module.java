package dev.mycel.golden;

import dev.mycel.core.Pair;
import dev.mycel.core.Tensor;
import dev.mycel.core.Triple;
import dev.mycel.nn.Cell;
import java.util.List;
import java.util.function.Function;

/**
 * A cell and how to call it with the inputs of a case.
 *
 * @param cell the layer or loss
 * @param call the call: inputs in call order, nested lists for tuples, to any tree of tensors
 */
record Module(Cell<?, ?> cell, Function<List<Object>, Object> call) {
  /** A cell of one tensor. */
  static <O> Module one(Cell<Tensor, O> cell) {
    return new Module(cell, in -> cell.call(single(cell, in, 1, 0)));
  }

  /** A cell of two tensors. */
  static <O> Module two(Cell<Pair<Tensor, Tensor>, O> cell) {
    return new Module(
        cell, in -> cell.call(new Pair<>(single(cell, in, 2, 0), single(cell, in, 2, 1))));
  }

  /** A cell of three tensors. */
  static <O> Module three(Cell<Triple<Tensor, Tensor, Tensor>, O> cell) {
    return new Module(
        cell,
        in ->
            cell.call(
                new Triple<>(
                    single(cell, in, 3, 0), single(cell, in, 3, 1), single(cell, in, 3, 2))));
  }

  private static Tensor single(Cell<?, ?> cell, List<Object> in, int count, int i) {
    if (in.size() != count || !(in.get(i) instanceof Tensor t)) {
      throw new Unsupported(
          cell.clsName()
              + ": called with "
              + in.size()
              + " inputs, "
              + count
              + " tensors are taken");
    }
    return t;
  }
}
