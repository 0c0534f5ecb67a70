package dev.mycel.autograd;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Messages;
import dev.mycel.core.Pair;
import dev.mycel.core.Scope;
import dev.mycel.core.Tensor;
import dev.mycel.core.TensorException;
import dev.mycel.core.Tree;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * A function's output and its derivative along a direction of the input.
 *
 * @param out the output
 * @param tangent the derivative, in the output's form; zeros where nothing moves
 */
public record Jvp<O>(O out, O tangent) {
  static <I, O> Jvp<O> of(Function<I, O> function, I input, I direction) {
    Checked.function("jvp", function);
    Checked.input("jvp", input);
    List<Tensor> inputs = Tree.tensors(input);
    int given = Tree.tensors(direction).size();
    if (given != inputs.size()) {
      throw new ArgumentException(
          Messages.of("jvp: there must be one vector for each input")
              .line("inputs ", inputs.size())
              .line("vectors", given)
              .text());
    }
    List<Tensor> vectors =
        Alike.tensors(
            "jvp: the vectors do not have the form of the input",
            "input",
            input,
            "vectors",
            direction);
    for (int i = 0; i < vectors.size(); i++) {
      Gradients.requireLike(
          "jvp: vector " + i + " does not fit its input",
          "input ",
          inputs.get(i).type(),
          "vector",
          vectors.get(i).type());
    }
    ForwardMode mode = new ForwardMode(Interpreters.top());
    try (Scope scope = Scope.open()) {
      List<Tensor> moved = new ArrayList<>();
      for (int i = 0; i < vectors.size(); i++) {
        Tensor x = inputs.get(i);
        moved.add(x.dtype().isFloat() ? mode.dual(x, vectors.get(i)) : x);
      }
      I traced = Tree.refill(input, moved);
      O result = Interpreters.under(mode, () -> function.apply(traced));
      if (result == null) {
        throw new TensorException("jvp: the function returned null");
      }
      return scope.give(new Jvp<>(Tree.map(result, mode::lower), tangents(mode, result)));
    }
  }

  private static <O> O tangents(ForwardMode mode, O result) {
    return Tree.map(
        result,
        t -> {
          Tensor tangent = mode.tangent(t);
          return tangent == null ? Gradients.zeros(mode.parent(), t.type()) : tangent;
        });
  }

  static <I, O, X> Pair<Jvp<O>, X> aux(Function<I, Pair<O, X>> function, I input, I direction) {
    Jvp<Pair<O, X>> both = of(function, input, direction);
    return new Pair<>(new Jvp<>(both.out().first(), both.tangent().first()), both.out().second());
  }
}
