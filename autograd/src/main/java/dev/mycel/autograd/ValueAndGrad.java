package dev.mycel.autograd;

import dev.mycel.core.Tensor;
import dev.mycel.core.Tree;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A function that gives its value together with gradients.
 *
 * @param <I> input: a tensor, or a record, list or map of tensors
 * @param <O> output, likewise
 * @param <G> form of the gradients
 */
public final class ValueAndGrad<I, O, G> implements Function<I, ValueAndGrad.Result<O, G>> {
  /**
   * What came back.
   *
   * @param value the untouched output
   * @param grads the gradients
   */
  public record Result<O, G>(O value, G grads) {
    /** The first tensor of the output: what is derived when the rest is auxiliary. */
    public Tensor loss() {
      return Tree.tensors(value).get(0);
    }

    /** The tensors of the output after the first. */
    public List<Tensor> aux() {
      List<Tensor> all = Tree.tensors(value);
      return all.subList(1, all.size());
    }
  }

  private final Function<I, O> function;
  private final Targets<I, G> targets;
  private final boolean aux;
  private final @Nullable Tensor sensitivity;

  ValueAndGrad(
      Function<I, O> function, Targets<I, G> targets, boolean aux, @Nullable Tensor sensitivity) {
    this.function = Checked.function("grad", function);
    this.targets = targets;
    this.aux = aux;
    this.sensitivity = sensitivity;
  }

  /** Only the first tensor of the output is derived; the others are carried along. */
  public ValueAndGrad<I, O, G> hasAux() {
    return new ValueAndGrad<>(function, targets, true, sensitivity);
  }

  /**
   * The gradient that arrives at the first tensor of the output, instead of ones; of its shape and
   * dtype.
   */
  public ValueAndGrad<I, O, G> withSensitivity(Tensor sens) {
    return new ValueAndGrad<>(function, targets, aux, sens);
  }

  /** The gradients by what they belong to: position or variable. */
  public ValueAndGrad<I, O, IdentifiedGradients> returnIds() {
    return new ValueAndGrad<>(function, targets.identified(), aux, sensitivity);
  }

  @Override
  public Result<O, G> apply(I input) {
    return Gradients.valueAndGrad(function, input, targets, aux, sensitivity);
  }

  /** A supplier of values with gradients, for functions without input. */
  static <O, G> Supplier<Result<O, G>> supplier(Supplier<O> work, Targets<Object, G> targets) {
    ValueAndGrad<Object, O, G> bound = new ValueAndGrad<>(in -> work.get(), targets, false, null);
    return () -> bound.apply(List.of());
  }
}
