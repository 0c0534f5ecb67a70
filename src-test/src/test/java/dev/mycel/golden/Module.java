package dev.mycel.golden;

import dev.mycel.core.Pair;
import dev.mycel.core.Tensor;
import dev.mycel.core.Triple;
import dev.mycel.nn.Cell;
import dev.mycel.nn.layer.RecurrentCell;
import dev.mycel.nn.layer.RecurrentLayer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

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

  /** A recurrent cell, whose state is one input or a tuple. */
  static <S> Module recurrent(RecurrentCell<S> cell, Function<Object, S> state) {
    return new Module(cell, in -> cell.call((Tensor) in.get(0), state.apply(in.get(1))));
  }

  /** A recurrent layer; state and lengths may be left out, and lengths are the integers. */
  static <S> Module recurrent(RecurrentLayer<S> layer, Function<Object, S> state) {
    return new Module(
        layer,
        in -> {
          @Nullable S hx = null;
          @Nullable Tensor lengths = null;
          for (Object given : in.subList(1, in.size())) {
            if (given instanceof Tensor t && t.dtype().isInteger()) {
              lengths = t;
            } else {
              hx = state.apply(given);
            }
          }
          return layer.call((Tensor) in.get(0), hx, lengths);
        });
  }

  /** The same cell, called with one more input. */
  Module with(Object last) {
    return new Module(
        cell,
        in -> {
          List<Object> all = new ArrayList<>(in);
          all.add(last);
          return call.apply(all);
        });
  }

  /** A state of one tensor. */
  static Tensor state(Object given) {
    return (Tensor) given;
  }

  /** A state of two tensors. */
  static Pair<Tensor, Tensor> pair(Object given) {
    List<?> both = (List<?>) given;
    return new Pair<>((Tensor) both.get(0), (Tensor) both.get(1));
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
