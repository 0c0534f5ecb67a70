package dev.mycel.autograd;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.DTypeException;
import dev.mycel.core.Interpreter;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Messages;
import dev.mycel.core.Ops;
import dev.mycel.core.Scope;
import dev.mycel.core.ShapeException;
import dev.mycel.core.Tensor;
import dev.mycel.core.TensorException;
import dev.mycel.core.TensorType;
import dev.mycel.core.Tree;
import dev.mycel.core.Variable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Runs a function under a tape and walks the tape back. */
final class Gradients {
  private Gradients() {}

  static <I, O, G> ValueAndGrad.Result<O, G> valueAndGrad(
      Function<I, O> function,
      I input,
      Targets<I, G> targets,
      boolean aux,
      @Nullable Tensor sensitivity) {
    Checked.input("grad", input);
    Interpreter parent = Interpreters.top();
    try (Scope scope = Scope.open();
        Tape tape = new Tape(parent, targets.weights())) {
      List<Tensor> inputs = Tree.tensors(input);
      int[] positions = targets.checked(inputs.size());
      @Nullable Tensor[] leaves = leaves(tape, inputs, positions);
      int[] count = {0};
      I traced =
          Tree.map(
              input,
              t -> {
                Tensor leaf = leaves[count[0]++];
                return leaf == null ? t : leaf;
              });
      O output = Interpreters.under(tape, () -> function.apply(traced));
      if (output == null) {
        throw new TensorException(
            "grad: the function returned null; it must return a tensor, or a record, list or map of tensors");
      }
      Map<Integer, Tensor> seeds = seeds(tape, output, aux, sensitivity);
      List<Tensor> grads = grads(tape, inputs, positions, leaves, targets.weights(), seeds);
      O value = Tree.map(output, tape::lower);
      return scope.give(new ValueAndGrad.Result<>(value, targets.form().apply(input, grads)));
    }
  }

  private static @Nullable Tensor[] leaves(Tape tape, List<Tensor> inputs, int[] positions) {
    @Nullable Tensor[] leaves = new Tensor[inputs.size()];
    for (int p : positions) {
      if (inputs.get(p).dtype().isFloat()) {
        leaves[p] = tape.watch(inputs.get(p));
      }
    }
    return leaves;
  }

  /**
   * Ones for every floating-point output that the tape follows, or the given gradient for the
   * first.
   */
  private static Map<Integer, Tensor> seeds(
      Tape tape, Object output, boolean aux, @Nullable Tensor sensitivity) {
    List<Tensor> outputs = Tree.tensors(output);
    if (outputs.isEmpty()) {
      throw new ArgumentException("grad: the function returned no tensor");
    }
    if (aux && outputs.size() < 2) {
      throw new ArgumentException(
          "grad: hasAux needs a function that returns a loss and something more, and this one returned a single tensor");
    }
    if (sensitivity != null) {
      requireLike("sensitivity", outputs.get(0).type(), sensitivity.type());
    }
    Map<Integer, Tensor> seeds = new HashMap<>();
    for (int i = 0; i < (aux || sensitivity != null ? 1 : outputs.size()); i++) {
      Tensor out = outputs.get(i);
      int node = tape.node(out);
      if (node >= 0) {
        Tensor seed = sensitivity != null ? sensitivity : ones(tape.parent(), out.type());
        seeds.merge(node, seed, (a, b) -> Interpreters.under(tape.parent(), () -> Ops.add(a, b)));
      }
    }
    return seeds;
  }

  static void requireLike(String what, TensorType expected, TensorType found) {
    requireLike("grad: the " + what + " does not fit", "expected", expected, "found   ", found);
  }

  /** Refuses a tensor of another shape, or of another dtype. */
  static void requireLike(
      String problem, String label, TensorType expected, String other, TensorType found) {
    boolean fits = expected.shape().equals(found.shape());
    if (fits && expected.dtype() == found.dtype()) {
      return;
    }
    String text = Messages.of(problem).line(label, expected).line(other, found).text();
    throw fits ? new DTypeException(text) : new ShapeException(text);
  }

  private static Tensor ones(Interpreter under, TensorType type) {
    return Interpreters.under(
        under, () -> Ops.broadcastTo(Ops.scalar(1, type.dtype()), type.shape()));
  }

  static Tensor zeros(Interpreter under, TensorType type) {
    return Interpreters.under(under, () -> Ops.zeros(type.shape(), type.dtype()));
  }

  private static List<Tensor> grads(
      Tape tape,
      List<Tensor> inputs,
      int[] positions,
      @Nullable Tensor[] leaves,
      List<? extends Variable> weights,
      Map<Integer, Tensor> seeds) {
    List<TensorType> types = new ArrayList<>();
    List<Integer> wanted = new ArrayList<>();
    for (int p : positions) {
      Tensor leaf = leaves[p];
      types.add(inputs.get(p).type());
      wanted.add(leaf == null ? -1 : tape.node(leaf));
    }
    for (Variable v : weights) {
      types.add(v.type());
      wanted.add(tape.node(v));
    }
    int[] nodes = wanted.stream().filter(n -> n >= 0).mapToInt(Integer::intValue).toArray();
    @Nullable Tensor[] found = tape.backward(seeds, nodes, false);
    List<Tensor> grads = new ArrayList<>(types.size());
    int k = 0;
    for (int i = 0; i < types.size(); i++) {
      Tensor grad = wanted.get(i) >= 0 ? found[k++] : null;
      grads.add(grad == null ? zeros(tape.parent(), types.get(i)) : grad);
    }
    return grads;
  }
}
