package dev.mycel.autograd;

import dev.mycel.core.Tensor;
import dev.mycel.core.Tree;
import java.util.List;
import java.util.function.Function;

/**
 * A function that gives its value together with the derivatives of every output element for every
 * input element.
 *
 * @param <I> input: a tensor, or a record, list or map of tensors
 * @param <O> output, likewise
 */
public final class Jacobian<I, O> implements Function<I, Jacobian.Result<O>> {
  /**
   * What came back.
   *
   * @param value the untouched output
   * @param blocks by output and by position: a tensor whose shape is the output's followed by the
   *     input's, of the input's dtype
   */
  public record Result<O>(O value, List<List<Tensor>> blocks) {
    /** The derivatives of an output for the input at that place among the positions. */
    public Tensor block(int output, int place) {
      return blocks.get(output).get(place);
    }

    /** The tensors of the output after the first. */
    public List<Tensor> aux() {
      List<Tensor> all = Tree.tensors(value);
      return all.subList(1, all.size());
    }
  }

  private final Function<I, O> function;
  private final Targets<I, List<Tensor>> targets;
  private final boolean forward;
  private final boolean aux;

  Jacobian(
      Function<I, O> function, Targets<I, List<Tensor>> targets, boolean forward, boolean aux) {
    this.function = Checked.function(forward ? "jacfwd" : "jacrev", function);
    this.targets = targets;
    this.forward = forward;
    this.aux = aux;
  }

  /** Only the first tensor of the output is derived; the others are carried along. */
  public Jacobian<I, O> hasAux() {
    return new Jacobian<>(function, targets, forward, true);
  }

  @Override
  public Result<O> apply(I input) {
    return forward
        ? Jacobians.forward(function, input, targets, aux)
        : Jacobians.reverse(function, input, targets, aux);
  }
}
