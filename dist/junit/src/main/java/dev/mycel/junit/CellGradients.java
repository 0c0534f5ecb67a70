package dev.mycel.junit;

import dev.mycel.core.DType;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Messages;
import dev.mycel.core.Mycel;
import dev.mycel.core.Scope;
import dev.mycel.core.Tensor;
import dev.mycel.core.Tree;
import dev.mycel.core.Variable;
import dev.mycel.nn.Cell;
import dev.mycel.nn.Parameter;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Gradients of a function or cell by its float inputs and its trainable parameters, in float64. */
final class CellGradients<I> {
  private final Function<I, ?> function;
  private final List<Tensor> given;
  private final I input;
  private final List<Parameter> weights;

  private CellGradients(Function<I, ?> function, I input) {
    this.function = function;
    this.input = input;
    this.given = Tree.tensors(input);
    this.weights = function instanceof Cell<?, ?> cell ? floats(cell) : List.of();
  }

  private static List<Parameter> floats(Cell<?, ?> cell) {
    return cell.trainableParams().stream().filter(p -> p.dtype().isFloat()).toList();
  }

  static <I> void check(int order, Function<I, ?> function, I input) {
    if (order != 1 && order != 2) {
      throw new AssertionError("assertGradients: the order is 1 or 2, got " + order);
    }
    try (Scope scope = Scope.open()) {
      new CellGradients<>(function, input).check(order);
    }
  }

  private void check(int order) {
    List<Tensor> at = new ArrayList<>();
    List<String> names = new ArrayList<>();
    for (int i = 0; i < given.size(); i++) {
      if (given.get(i).dtype().isFloat()) {
        at.add(given.get(i).cast(DType.FLOAT64));
        names.add(given.size() == 1 ? "input" : "input " + i);
      }
    }
    for (Parameter weight : weights) {
      at.add(weight.value().cast(DType.FLOAT64));
      names.add(weight.name());
    }
    if (at.isEmpty()) {
      throw new AssertionError(
          "assertGradients: there is nothing to vary, neither a float input nor a parameter");
    }
    List<Tensor> outputs = run(at);
    if (outputs.stream().noneMatch(t -> t.dtype().isFloat())) {
      throw new AssertionError("assertGradients: the result has no float tensor");
    }
    DType precision = GradientCheck.coarsest(outputs);
    long seed = Mycel.getSeed().orElse(1);
    GradientCheck check = new GradientCheck(this::run, at, names, seed, precision);
    requireRepeatable(check);
    String wrong = check.difference(order);
    if (wrong != null) {
      throw new AssertionError("assertGradients: " + wrong);
    }
  }

  private static void requireRepeatable(GradientCheck check) {
    double[] values = check.twice();
    if (Double.compare(values[0], values[1]) != 0) {
      throw new AssertionError(
          Messages.of("assertGradients: the function gives another value each time")
              .line("first ", values[0])
              .line("second", values[1])
              .hint("it draws random numbers: setTrain(false) turns dropout off")
              .text());
    }
  }

  /** The outputs where the varied tensors have these values. */
  private List<Tensor> run(List<Tensor> x) {
    List<Tensor> inputs = new ArrayList<>();
    int next = 0;
    for (Tensor t : given) {
      inputs.add(t.dtype().isFloat() ? x.get(next++) : t);
    }
    Map<Variable, Tensor> values = new IdentityHashMap<>();
    for (Parameter weight : weights) {
      values.put(weight, x.get(next++));
    }
    I moved = Tree.refill(input, inputs);
    Object output =
        Interpreters.under(new Substitution(values), () -> (Object) function.apply(moved));
    return Tree.tensors(output);
  }
}
