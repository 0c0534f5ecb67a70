package dev.mycel.autograd;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;
import dev.mycel.core.Tensor;
import dev.mycel.core.TensorException;
import dev.mycel.core.Tree;
import dev.mycel.core.Variable;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A function with a backward pass written by hand.
 *
 * @param owner what messages put before the names of the passes: empty, or a class and a dot
 * @param forward the function
 * @param backward the gradient of its input
 * @param variables those that {@code ofVariables} may give gradients for
 * @param ofVariables their gradients
 */
record CustomCall<I, O>(
    String owner,
    Function<I, O> forward,
    CustomBackward<I, O> backward,
    Collection<? extends Variable> variables,
    CustomBackward.OfVariables<I, O> ofVariables) {

  static <I, O> CustomCall<I, O> of(Function<I, O> forward, CustomBackward<I, O> backward) {
    return new CustomCall<>("", forward, backward, List.of(), (in, out, dout) -> Map.of());
  }

  /** The gradients of the input's tensors, each checked against its tensor. */
  @Nullable Tensor[] inputGradients(I input, O output, O dout) {
    I gradient = backward.bprop(input, output, dout);
    if (gradient == null) {
      throw new TensorException(
          owner
              + "bprop: it returned null; return one gradient per input, zeros where nothing flows");
    }
    List<Tensor> inputs = Tree.tensors(input);
    int count = Tree.tensors(gradient).size();
    if (count != inputs.size()) {
      throw new ArgumentException(
          Messages.of(owner + "bprop: the number of gradients differs from the number of inputs")
              .line("inputs   ", inputs.size())
              .line("gradients", count)
              .text());
    }
    List<Tensor> found =
        Alike.tensors(
            owner + "bprop: the gradients do not have the form of the input",
            "input",
            input,
            "gradient",
            gradient);
    @Nullable Tensor[] grads = new Tensor[inputs.size()];
    for (int k = 0; k < grads.length; k++) {
      Gradients.requireLike(
          owner + "bprop: gradient " + k + " does not fit its input",
          "input   ",
          inputs.get(k).type(),
          "gradient",
          found.get(k).type());
      grads[k] = found.get(k);
    }
    return grads;
  }

  /** The gradients by variable, each checked; only of variables that were named. */
  Map<? extends Variable, Tensor> variableGradients(I input, O output, O dout) {
    Map<? extends Variable, Tensor> given = ofVariables.bprop(input, output, dout);
    if (given == null) {
      throw new TensorException(
          owner + "bpropParameters: it returned null; return an empty map where nothing flows");
    }
    given.forEach(
        (variable, grad) -> {
          if (!variables.contains(variable)) {
            throw new ArgumentException(
                Messages.of(
                        owner
                            + "bpropParameters: there is a gradient for a parameter of another cell")
                    .line("parameter", variable)
                    .hint("give gradients for parameters that the cell holds")
                    .text());
          }
          Gradients.requireLike(
              owner + "bpropParameters: the gradient does not fit its parameter",
              "parameter",
              variable.type(),
              "gradient ",
              grad.type());
        });
    return given;
  }
}
