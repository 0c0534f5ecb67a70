package dev.mycel.nn.layer;

import dev.mycel.core.Tensor;

/**
 * Gated recurrent units: with gates r, z, n in the rows of the weights, {@code n = tanh(W_in x +
 * b_in + r (W_hn h + b_hn))} and {@code h' = n + z (h - n)}, where r and z are sigmoids. Takes x
 * and a state [layers * directions, N, hidden]; gives the output and the last state. See {@link
 * RecurrentLayer} for shapes and parameters.
 */
public final class GRU extends RecurrentLayer<Tensor> {
  /** One layer with biases, forward. */
  public GRU(long inputSize, long hiddenSize) {
    this(builder(inputSize, hiddenSize));
  }

  private GRU(RecurrentBuilder<GRU> b) {
    super(new Recurrence.Gru(), b);
  }

  /** A layer with other than the default arguments. */
  public static RecurrentBuilder<GRU> builder(long inputSize, long hiddenSize) {
    return new RecurrentBuilder<>(GRU::new, inputSize, hiddenSize);
  }
}
