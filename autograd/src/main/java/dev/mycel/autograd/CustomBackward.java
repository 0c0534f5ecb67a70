package dev.mycel.autograd;

import dev.mycel.core.Tensor;
import dev.mycel.core.Variable;
import java.util.Map;

/**
 * A backward pass written by hand.
 *
 * @param <I> a tensor, or a record, list or map of tensors
 * @param <O> likewise
 */
@FunctionalInterface
public interface CustomBackward<I, O> {
  /**
   * The gradient of the input, in the input's form.
   *
   * @param in the input of the forward pass
   * @param out its output
   * @param dout the gradient of the output, in the output's form; zeros where nothing flows
   */
  I bprop(I in, O out, O dout);

  /**
   * The part of a backward pass that is about variables which the forward pass reads.
   *
   * @param <I> the input's form
   * @param <O> the output's form
   */
  @FunctionalInterface
  interface OfVariables<I, O> {
    /**
     * Gradients by variable, each of its shape and dtype; none for a variable that is left out.
     *
     * @param in the input of the forward pass
     * @param out its output
     * @param dout the gradient of the output, in the output's form; zeros where nothing flows
     */
    Map<? extends Variable, Tensor> bprop(I in, O out, O dout);
  }
}
