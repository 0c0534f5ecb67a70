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
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Gradients of functions, derivatives along directions, Jacobians, and functions over slices; each
 * works inside the others. Gradients are values: nothing accumulates on tensors, functions of
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

  /** The gradients for one of the input's tensors and for one variable. */
  public static <I, O> Function<I, Pair<Tensor, Tensor>> grad(
      Function<I, O> fn, int position, Variable weight) {
    ValueAndGrad<I, O, Pair<Tensor, Tensor>> both = valueAndGrad(fn, position, weight);
    return in -> both.apply(in).grads();
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

  /** Value and gradients for one of the input's tensors and for one variable. */
  public static <I, O> ValueAndGrad<I, O, Pair<Tensor, Tensor>> valueAndGrad(
      Function<I, O> fn, int position, Variable weight) {
    return new ValueAndGrad<>(
        fn,
        Targets.of(
            new int[] {position}, List.of(weight), (in, g) -> new Pair<>(g.get(0), g.get(1))),
        false,
        null);
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

  /** The gradient of a position, of those that {@link ValueAndGrad#returnIds} gave. */
  public static Tensor getGrad(IdentifiedGradients gradients, int position) {
    return gradients.get(position);
  }

  /** The gradient of a variable, of those that {@link ValueAndGrad#returnIds} gave. */
  public static Tensor getGrad(IdentifiedGradients gradients, Variable variable) {
    return gradients.get(variable);
  }

  /** The same value, through which no derivative flows: what comes before it is not walked. */
  public static Tensor stopGradient(Tensor x) {
    return stopped(Interpreters.top(), x);
  }

  private static Tensor stopped(Interpreter at, Tensor x) {
    Interpreter below = at.parent();
    if (at == below) {
      return x;
    }
    if (at instanceof Batch batch) {
      return batch.change(x, all -> stopped(below, all));
    }
    return stopped(below, at.lower(x));
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
    return Vjp.of(fn, input, List.of());
  }

  /** The output, and the function from its gradient to those of the input and of variables. */
  public static <I, O> Vjp<I, O> vjp(Function<I, O> fn, I input, List<? extends Variable> weights) {
    return Vjp.of(fn, input, weights);
  }

  /** The same for a function that returns what is derived, and something more. */
  public static <I, O, X> Pair<Vjp<I, O>, X> vjpWithAux(Function<I, Pair<O, X>> fn, I input) {
    return Vjp.aux(fn, input, List.of());
  }

  /**
   * The output, and its derivative along a direction of the input, in one forward pass.
   *
   * @param direction a vector for each tensor of the input, of its shape and dtype
   */
  public static <I, O> Jvp<O> jvp(Function<I, O> fn, I input, I direction) {
    return Jvp.of(fn, input, direction);
  }

  /** The same for a function that returns what is derived, and something more. */
  public static <I, O, X> Pair<Jvp<O>, X> jvpWithAux(
      Function<I, Pair<O, X>> fn, I input, I direction) {
    return Jvp.aux(fn, input, direction);
  }

  // ---- Jacobians --------------------------------------------------------------------------------

  /**
   * The derivatives of every output element for every input element, by backward passes: for
   * functions with fewer outputs than inputs. The function runs once; up to 256 rows are computed
   * together.
   *
   * @return in the input's form; each tensor's shape is the output's followed by the input's
   */
  public static <I> Function<I, I> jacrev(Function<I, Tensor> fn) {
    return whole(new Jacobian<>(fn, anyPosition(), false, false));
  }

  /** The same for some of the input's tensors, and for several outputs. */
  public static <I, O> Jacobian<I, O> jacrev(Function<I, O> fn, int position, int... more) {
    return new Jacobian<>(fn, positions(position, more), false, false);
  }

  /**
   * The derivatives of every output element for every input element, by forward passes: for
   * functions with fewer inputs than outputs. The function runs once for up to 256 elements of the
   * input.
   *
   * @return in the input's form; each tensor's shape is the output's followed by the input's
   */
  public static <I> Function<I, I> jacfwd(Function<I, Tensor> fn) {
    return whole(new Jacobian<>(fn, anyPosition(), true, false));
  }

  /** The same for some of the input's tensors, and for several outputs. */
  public static <I, O> Jacobian<I, O> jacfwd(Function<I, O> fn, int position, int... more) {
    return new Jacobian<>(fn, positions(position, more), true, false);
  }

  /**
   * The second derivatives of a function of one tensor: a forward pass over a backward pass.
   *
   * @return of the output's shape, followed by the input's twice
   */
  public static Function<Tensor, Tensor> hessian(Function<Tensor, Tensor> fn) {
    return jacfwd(jacrev(fn));
  }

  /**
   * The second derivatives for some of the input's tensors.
   *
   * @return by the places of both among the positions: the output's shape, followed by those of
   *     both inputs
   */
  public static <I> Function<I, List<List<Tensor>>> hessian(
      Function<I, Tensor> fn, int position, int... more) {
    Jacobian<I, Tensor> first = jacrev(fn, position, more);
    Jacobian<I, List<Tensor>> second =
        jacfwd(in -> first.apply(in).blocks().get(0), position, more);
    return in -> second.apply(in).blocks();
  }

  private static <I> Targets<I, List<Tensor>> anyPosition() {
    return new Targets<>(null, List.of(), (in, g) -> g);
  }

  private static <I> Targets<I, List<Tensor>> positions(int first, int... more) {
    int[] all = new int[more.length + 1];
    all[0] = first;
    System.arraycopy(more, 0, all, 1, more.length);
    return Targets.at(all, (in, g) -> g);
  }

  private static <I> Function<I, I> whole(Jacobian<I, Tensor> jacobian) {
    return in -> Tree.refill(in, jacobian.apply(in).blocks().get(0));
  }

  // ---- slices -----------------------------------------------------------------------------------

  /**
   * The function of all slices from a function of one, over first axes; {@link Vmap#inAxes} and
   * {@link Vmap#outAxes} name others.
   */
  public static <I, O> Vmap<I, O> vmap(Function<I, O> fn) {
    return new Vmap<>(fn, new int[1], new int[1]);
  }

  /** The same for a function of two arguments, as a function of their pair. */
  public static <A, B, O> Vmap<Pair<A, B>, O> vmap(Function2<A, B, O> fn) {
    return new Vmap<>(fn, new int[1], new int[1]);
  }

  // ---- backward passes written by hand ----------------------------------------------------------

  /**
   * Runs a forward pass unrecorded, with a backward pass written by hand. Forward mode transposes
   * that backward pass.
   */
  public static <I, O> O customCall(
      I input, Function<I, O> forward, CustomBackward<I, O> backward) {
    return CustomCalls.call(Interpreters.top(), input, CustomCall.of(forward, backward));
  }

  /**
   * The same with gradients for variables that the forward pass reads.
   *
   * @param name of whom messages speak: of a class, say
   * @param variables those that {@code ofVariables} may give gradients for
   */
  public static <I, O> O customCall(
      String name,
      I input,
      Function<I, O> forward,
      CustomBackward<I, O> backward,
      Collection<? extends Variable> variables,
      CustomBackward.OfVariables<I, O> ofVariables) {
    return CustomCalls.call(
        Interpreters.top(),
        input,
        new CustomCall<>(name + ".", forward, backward, variables, ofVariables));
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
