package dev.mycel.autograd;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Interpreter;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Pair;
import dev.mycel.core.Scope;
import dev.mycel.core.Tensor;
import dev.mycel.core.TensorException;
import dev.mycel.core.TensorType;
import dev.mycel.core.Tree;
import dev.mycel.core.Variable;
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
  private final List<TensorType> types;
  private final int[] nodes;
  private final int inputs;
  private final Cleaner.Cleanable cleanable;

  private Vjp(Tape tape, I input, O traced, O out, List<TensorType> types, int[] nodes) {
    this.tape = tape;
    this.input = input;
    this.traced = traced;
    this.out = out;
    this.types = types;
    this.nodes = nodes;
    this.inputs = Tree.tensors(input).size();
    this.cleanable = CLEANER.register(this, tape::close);
  }

  static <I, O> Vjp<I, O> of(Function<I, O> function, I input, List<? extends Variable> weights) {
    return recorded(function, input, weights, (O out) -> out).first();
  }

  /** The first part of the output is derived, the second carried along. */
  static <I, O, X> Pair<Vjp<I, O>, X> aux(
      Function<I, Pair<O, X>> function, I input, List<? extends Variable> weights) {
    Pair<Vjp<I, O>, Pair<O, X>> both =
        recorded(function, input, weights, (Pair<O, X> result) -> result.first());
    Tape tape = both.first().tape;
    return new Pair<>(both.first(), Tree.map(both.second().second(), tape::lower));
  }

  private static <I, R, O> Pair<Vjp<I, O>, R> recorded(
      Function<I, R> function, I input, List<? extends Variable> weights, Function<R, O> derived) {
    Checked.function("vjp", function);
    Checked.input("vjp", input);
    Interpreter parent = Interpreters.top();
    Tape tape = new Tape(parent, weights);
    boolean done = false;
    try (Scope scope = Scope.open()) {
      List<TensorType> types = new ArrayList<>();
      List<Integer> nodes = new ArrayList<>();
      I watched =
          Tree.map(
              input,
              t -> {
                Tensor leaf = t.dtype().isFloat() ? tape.watch(t) : t;
                types.add(t.type());
                nodes.add(tape.node(leaf));
                return leaf;
              });
      weights.forEach(v -> types.add(v.type()));
      weights.forEach(v -> nodes.add(tape.node(v)));
      R result = Interpreters.under(tape, () -> function.apply(watched));
      if (result == null) {
        throw new TensorException("vjp: the function returned null");
      }
      scope.give(Tree.map(result, tape::lower));
      O traced = derived.apply(result);
      O out = Tree.map(traced, tape::lower);
      int[] all = nodes.stream().mapToInt(Integer::intValue).toArray();
      done = true;
      return new Pair<>(new Vjp<>(tape, input, traced, out, types, all), result);
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
    return pullAll(dout).first();
  }

  /**
   * The gradient of the input, in the input's form, and those of the variables that were named, in
   * their order; may be called again.
   *
   * @param dout the gradient of the output, in the output's form
   */
  public Pair<I, List<Tensor>> pullAll(O dout) {
    List<Tensor> outputs = Tree.tensors(traced);
    int given = Tree.tensors(dout).size();
    if (outputs.size() != given) {
      throw new ArgumentException(
          "vjp: the function has "
              + outputs.size()
              + " outputs, and "
              + given
              + " gradients were given");
    }
    List<Tensor> gradients =
        Alike.tensors(
            "vjp: the gradients do not have the form of the output",
            "output",
            traced,
            "gradients",
            dout);
    try (Scope scope = Scope.open()) {
      for (int i = 0; i < outputs.size(); i++) {
        Gradients.requireLike(
            "gradient of output " + i, outputs.get(i).type(), gradients.get(i).type());
      }
      @Nullable Tensor[] found = pull(tape.parent(), gradients);
      List<Tensor> filled = new ArrayList<>();
      for (int i = 0; i < found.length; i++) {
        Tensor grad = found[i];
        filled.add(grad == null ? Gradients.zeros(tape.parent(), types.get(i)) : grad);
      }
      return scope.give(
          new Pair<>(
              Tree.refill(input, filled.subList(0, inputs)),
              List.copyOf(filled.subList(inputs, filled.size()))));
    }
  }

  /**
   * The gradients by input and variable, null where nothing flows.
   *
   * @param walker where they are computed; see {@link Tape#backward}
   * @param gradients of the first outputs; tensors of the walker
   */
  @Nullable Tensor[] pull(Interpreter walker, List<Tensor> gradients) {
    List<Tensor> outputs = Tree.tensors(traced);
    Map<Integer, Tensor> seeds = new HashMap<>();
    for (int i = 0; i < gradients.size(); i++) {
      add(walker, seeds, outputs.get(i), gradients.get(i));
    }
    return pull(walker, seeds);
  }

  /** The same for a gradient of one output alone. */
  @Nullable Tensor[] pull(Interpreter walker, int output, Tensor gradient) {
    Map<Integer, Tensor> seeds = new HashMap<>();
    add(walker, seeds, Tree.tensors(traced).get(output), gradient);
    return pull(walker, seeds);
  }

  private void add(Interpreter walker, Map<Integer, Tensor> seeds, Tensor output, Tensor seed) {
    int node = tape.node(output);
    if (node >= 0) {
      seeds.merge(node, seed, (a, b) -> Interpreters.under(walker, () -> a.add(b)));
    }
  }

  private @Nullable Tensor[] pull(Interpreter walker, Map<Integer, Tensor> seeds) {
    int[] wanted = java.util.Arrays.stream(nodes).filter(n -> n >= 0).toArray();
    @Nullable Tensor[] found = tape.backward(walker, seeds, wanted, true);
    @Nullable Tensor[] all = new Tensor[nodes.length];
    int k = 0;
    for (int i = 0; i < all.length; i++) {
      all[i] = nodes[i] < 0 ? null : found[k++];
    }
    return all;
  }

  @Override
  public void close() {
    cleanable.clean();
  }
}
