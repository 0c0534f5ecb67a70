package dev.mycel.autograd;

import dev.mycel.core.Function2;
import dev.mycel.core.Function3;
import dev.mycel.core.Interpreter;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Pair;
import dev.mycel.core.Tensor;
import dev.mycel.core.TensorException;
import dev.mycel.core.Tree;
import dev.mycel.core.Triple;
import dev.mycel.core.Variable;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Gradients of functions. Gradients are values: nothing accumulates on tensors, functions of
 * gradients can be differentiated again, and several threads may take gradients at once.
 *
 * <p>An output that is no scalar counts as the sum of its elements; all floating-point outputs
 * contribute, unless {@link ValueAndGrad#hasAux} says that only the first does. The gradient of an
 * integer input is zeros of its type, and so is that of an input that the output does not depend
 * on.
 */
public final class Autograd {
  private Autograd() {}

  /** The gradient for the whole input, in the input's form. */
  public static <I, O> Function<I, I> grad(Function<I, O> fn) {
    ValueAndGrad<I, O, I> both = valueAndGrad(fn);
    return in -> both.apply(in).grads();
  }

  /** The gradients for some of the input's tensors, in the order of the positions. */
  public static <I, O> Function<I, List<Tensor>> grad(Function<I, O> fn, int... positions) {
    ValueAndGrad<I, O, List<Tensor>> both = valueAndGrad(fn, positions);
    return in -> both.apply(in).grads();
  }

  /** The gradients for variables, in their order. */
  public static <I, O> Function<I, List<Tensor>> grad(
      Function<I, O> fn, List<? extends Variable> weights) {
    ValueAndGrad<I, O, List<Tensor>> both = valueAndGrad(fn, weights);
    return in -> both.apply(in).grads();
  }

  /** The gradient for one variable. */
  public static <I, O> Function<I, Tensor> grad(Function<I, O> fn, Variable weight) {
    ValueAndGrad<I, O, List<Tensor>> both = valueAndGrad(fn, List.of(weight));
    return in -> both.apply(in).grads().get(0);
  }

  /** The gradients for some of the input's tensors, and those for variables. */
  public static <I, O> Function<I, Pair<List<Tensor>, List<Tensor>>> grad(
      Function<I, O> fn, int[] positions, List<? extends Variable> weights) {
    ValueAndGrad<I, O, Pair<List<Tensor>, List<Tensor>>> both =
        valueAndGrad(fn, positions, weights);
    return in -> both.apply(in).grads();
  }

  /** The gradient for the first of two arguments. */
  public static <A, B, O> Function2<A, B, A> grad(Function2<A, B, O> fn) {
    ValueAndGrad<Pair<A, B>, O, Pair<A, B>> both = firstOfPair(fn);
    return (a, b) -> both.apply(new Pair<>(a, b)).grads().first();
  }

  private static <A, B, O> ValueAndGrad<Pair<A, B>, O, Pair<A, B>> firstOfPair(
      Function2<A, B, O> fn) {
    return new ValueAndGrad<>(fn, Targets.whole(), false, null);
  }

  /** The gradient for one tensor of two arguments. */
  public static <A, B, O> Function2<A, B, Tensor> grad(Function2<A, B, O> fn, int position) {
    ValueAndGrad<Pair<A, B>, O, Tensor> both =
        new ValueAndGrad<>(fn, Targets.at(new int[] {position}, (in, g) -> g.get(0)), false, null);
    return (a, b) -> both.apply(new Pair<>(a, b)).grads();
  }

  /** The gradients for two tensors of two arguments. */
  public static <A, B, O> Function2<A, B, Pair<Tensor, Tensor>> grad(
      Function2<A, B, O> fn, int p, int q) {
    ValueAndGrad<Pair<A, B>, O, Pair<Tensor, Tensor>> both =
        new ValueAndGrad<>(
            fn,
            Targets.at(new int[] {p, q}, (in, g) -> new Pair<>(g.get(0), g.get(1))),
            false,
            null);
    return (a, b) -> both.apply(new Pair<>(a, b)).grads();
  }

  /** The gradient for the first of three arguments. */
  public static <A, B, C, O> Function3<A, B, C, A> grad(Function3<A, B, C, O> fn) {
    ValueAndGrad<Triple<A, B, C>, O, Triple<A, B, C>> both =
        new ValueAndGrad<>(fn, Targets.whole(), false, null);
    return (a, b, c) -> both.apply(new Triple<>(a, b, c)).grads().first();
  }

  /** The gradient for one tensor of three arguments. */
  public static <A, B, C, O> Function3<A, B, C, Tensor> grad(
      Function3<A, B, C, O> fn, int position) {
    ValueAndGrad<Triple<A, B, C>, O, Tensor> both =
        new ValueAndGrad<>(fn, Targets.at(new int[] {position}, (in, g) -> g.get(0)), false, null);
    return (a, b, c) -> both.apply(new Triple<>(a, b, c)).grads();
  }

  /** The gradients for two tensors of three arguments. */
  public static <A, B, C, O> Function3<A, B, C, Pair<Tensor, Tensor>> grad(
      Function3<A, B, C, O> fn, int p, int q) {
    ValueAndGrad<Triple<A, B, C>, O, Pair<Tensor, Tensor>> both =
        new ValueAndGrad<>(
            fn,
            Targets.at(new int[] {p, q}, (in, g) -> new Pair<>(g.get(0), g.get(1))),
            false,
            null);
    return (a, b, c) -> both.apply(new Triple<>(a, b, c)).grads();
  }

  /** The gradients for three tensors of three arguments. */
  public static <A, B, C, O> Function3<A, B, C, Triple<Tensor, Tensor, Tensor>> grad(
      Function3<A, B, C, O> fn, int p, int q, int r) {
    ValueAndGrad<Triple<A, B, C>, O, Triple<Tensor, Tensor, Tensor>> both =
        new ValueAndGrad<>(
            fn,
            Targets.at(new int[] {p, q, r}, (in, g) -> new Triple<>(g.get(0), g.get(1), g.get(2))),
            false,
            null);
    return (a, b, c) -> both.apply(new Triple<>(a, b, c)).grads();
  }

  /** Value and gradient for the whole input, in the input's form. */
  public static <I, O> ValueAndGrad<I, O, I> valueAndGrad(Function<I, O> fn) {
    return new ValueAndGrad<>(fn, Targets.whole(), false, null);
  }

  /** Value and gradients for some of the input's tensors. */
  public static <I, O> ValueAndGrad<I, O, List<Tensor>> valueAndGrad(
      Function<I, O> fn, int... positions) {
    return new ValueAndGrad<>(fn, Targets.at(positions, (in, g) -> g), false, null);
  }

  /** Value and gradients for variables. */
  public static <I, O> ValueAndGrad<I, O, List<Tensor>> valueAndGrad(
      Function<I, O> fn, List<? extends Variable> weights) {
    return new ValueAndGrad<>(fn, Targets.of(weights, (in, g) -> g), false, null);
  }

  /** Value and gradient for one variable. */
  public static <I, O> ValueAndGrad<I, O, Tensor> valueAndGrad(Function<I, O> fn, Variable weight) {
    return new ValueAndGrad<>(fn, Targets.of(List.of(weight), (in, g) -> g.get(0)), false, null);
  }

  /** Value, gradients for some of the input's tensors, and those for variables. */
  public static <I, O> ValueAndGrad<I, O, Pair<List<Tensor>, List<Tensor>>> valueAndGrad(
      Function<I, O> fn, int[] positions, List<? extends Variable> weights) {
    int inputs = positions.length;
    return new ValueAndGrad<>(
        fn,
        Targets.of(
            positions,
            weights,
            (in, g) ->
                new Pair<>(
                    List.copyOf(g.subList(0, inputs)), List.copyOf(g.subList(inputs, g.size())))),
        false,
        null);
  }

  /** Value and gradients for variables, of a function without input. */
  public static <O> Supplier<ValueAndGrad.Result<O, List<Tensor>>> valueAndGrad(
      Supplier<O> fn, List<? extends Variable> weights) {
    return ValueAndGrad.supplier(fn, Targets.of(weights, (in, g) -> g));
  }

  /** The same value, through which no gradient flows: what comes before it is not walked. */
  public static Tensor stopGradient(Tensor x) {
    Interpreter top = Interpreters.top();
    Tensor t = x;
    for (Interpreter i = top; i != i.parent(); i = i.parent()) {
      t = i instanceof Tape || i instanceof Region ? i.lower(t) : t;
    }
    return t;
  }

  /**
   * Whether a tape of this thread records, so that the result of an operation may be asked for its
   * gradient.
   */
  public static boolean isRecording() {
    for (Interpreter i = Interpreters.top(); i != i.parent(); i = i.parent()) {
      if (i instanceof Tape) {
        return true;
      }
    }
    return false;
  }

  /** The same for every tensor of a record, list or map. */
  public static <T> T stopGradient(T tree) {
    return Tree.map(tree, t -> stopGradient(t));
  }

  /** The output, and the function from its gradient to the input's. */
  public static <I, O> Vjp<I, O> vjp(Function<I, O> fn, I input) {
    return Vjp.of(fn, input);
  }

  /** Runs a forward pass unrecorded, with a backward pass written by hand. */
  public static <I, O> O customCall(
      I input, Function<I, O> forward, CustomBackward<I, O> backward) {
    return CustomCalls.call(input, forward, backward);
  }

  /**
   * Runs a function whose intermediate results are dropped at once: when a gradient comes to it,
   * the function runs a second time, on the same inputs, with the variables, the random draws and
   * the precision that the first run had. What it writes to variables the second time has no
   * effect. The gradients are the same, bit by bit, and of any order; forward costs twice the time.
   *
   * <p>Only the output survives a run: tensors that the function leaves elsewhere end with it.
   * Other effects of the function, on Java objects, happen twice.
   *
   * @param forward must do the same each time it runs
   * @throws TensorException during the backward pass, if the second run does something else
   */
  public static <I, O> O recompute(I input, Function<I, O> forward) {
    return Recomputation.run(input, forward);
  }

  /**
   * Lets a hook see the gradient of a tensor, or replace it, in every gradient that is being
   * recorded now. Hooks run in the order of registration, once the gradient is complete: all uses
   * of the tensor have given their part. Where nothing flows, or nothing is recorded, they do not
   * run. Inside a gradient of a gradient, a hook sees what passes in either.
   *
   * @param tensor an intermediate result or an input of the differentiated function
   */
  public static HookHandle registerHook(Tensor tensor, GradientHook hook) {
    return TensorHooks.register(tensor, hook);
  }
}
