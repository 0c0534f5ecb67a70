package dev.mycel.nn.layer;

import dev.mycel.core.Tensor;

/**
 * Plain recurrent layers: {@code h' = tanh(W_ih x + b_ih + W_hh h + b_hh)}, or relu in place of
 * tanh. Takes x and a state [layers * directions, N, hidden]; gives the output and the last state.
 * See {@link RecurrentLayer} for shapes and parameters.
 */
public final class RNN extends RecurrentLayer<Tensor> {
  /** One layer with biases and tanh, forward. */
  public RNN(long inputSize, long hiddenSize) {
    this(builder(inputSize, hiddenSize), false);
  }

  private RNN(RecurrentBuilder<RNN> b, boolean relu) {
    super(new Recurrence.Plain(relu), b);
  }

  /** A layer with tanh and other than the default arguments. */
  public static RecurrentBuilder<RNN> builder(long inputSize, long hiddenSize) {
    return builder(inputSize, hiddenSize, "tanh");
  }

  /** A layer with {@code "tanh"} or {@code "relu"} and other than the default arguments. */
  public static RecurrentBuilder<RNN> builder(
      long inputSize, long hiddenSize, String nonlinearity) {
    boolean relu = RNNCell.isRelu("RNN", nonlinearity);
    return new RecurrentBuilder<>(b -> new RNN(b, relu), inputSize, hiddenSize);
  }
}
