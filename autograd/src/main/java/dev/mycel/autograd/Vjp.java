package dev.mycel.autograd;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Interpreter;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Scope;
import dev.mycel.core.Tensor;
import dev.mycel.core.TensorException;
import dev.mycel.core.Tree;
import java.lang.ref.Cleaner;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A function's output, and the function that turns a gradient of the output into one of the input.
 * What it keeps is given up when it is closed or unreachable.
 *
 * @param <I> input: a tensor, or a record, list or map of tensors
 * @param <O> output, likewise
 */
public final class Vjp<I, O> implements AutoCloseable {
  private static final Cleaner CLEANER = Cleaner.create();

  private final Tape tape;
  private final I input;
  private final O traced;
  private final O out;
  private final List<Tensor> leaves;
  private final Cleaner.Cleanable cleanable;

  private Vjp(Tape tape, I input, O traced, O out, List<Tensor> leaves) {
    this.tape = tape;
    this.input = input;
    this.traced = traced;
    this.out = out;
    this.leaves = leaves;
    this.cleanable = CLEANER.register(this, tape::close);
  }

  static <I, O> Vjp<I, O> of(Function<I, O> function, I input) {
    Interpreter parent = Interpreters.top();
    Tape tape = new Tape(parent, List.of());
    boolean done = false;
    try (Scope scope = Scope.open()) {
      List<Tensor> leaves = new ArrayList<>();
      I watched =
          Tree.map(
              input,
              t -> {
                Tensor leaf = tape.watch(t);
                leaves.add(leaf);
                return leaf;
              });
      O traced = Interpreters.under(tape, () -> function.apply(watched));
      if (traced == null) {
        throw new TensorException("vjp: the function returned null");
      }
      O out = Tree.map(traced, tape::lower);
      scope.give(out);
      done = true;
      return new Vjp<>(tape, input, traced, out, leaves);
    } finally {
      if (!done) {
        tape.close();
      }
    }
  }

  /** The output. */
  public O out() {
    return out;
  }

  /**
   * The gradient of the input, in the input's form; may be called again.
   *
   * @param dout the gradient of the output, in the output's form; each tensor of the output's shape
   *     and dtype
   */
  public I pull(O dout) {
    List<Tensor> outputs = Tree.tensors(traced);
    List<Tensor> gradients = Tree.tensors(dout);
    if (outputs.size() != gradients.size()) {
      throw new ArgumentException(
          "vjp: the function has "
              + outputs.size()
              + " outputs, and "
              + gradients.size()
              + " gradients were given");
    }
    try (Scope scope = Scope.open()) {
      Map<Integer, Tensor> seeds = new HashMap<>();
      for (int i = 0; i < outputs.size(); i++) {
        Gradients.requireLike(
            "gradient of output " + i, outputs.get(i).type(), gradients.get(i).type());
        int node = tape.node(outputs.get(i));
        if (node >= 0) {
          Tensor seed = gradients.get(i);
          seeds.merge(node, seed, (a, b) -> Interpreters.under(tape.parent(), () -> a.add(b)));
        }
      }
      int[] nodes = leaves.stream().mapToInt(tape::node).toArray();
      @Nullable Tensor[] found = tape.backward(seeds, nodes, true);
      List<Tensor> filled = new ArrayList<>();
      for (int i = 0; i < found.length; i++) {
        Tensor grad = found[i];
        filled.add(grad == null ? Gradients.zeros(tape.parent(), leaves.get(i).type()) : grad);
      }
      return scope.give(Tree.refill(input, filled));
    }
  }

  @Override
  public void close() {
    cleanable.clean();
  }
}
