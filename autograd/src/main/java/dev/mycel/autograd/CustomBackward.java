package dev.mycel.autograd;

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
}
