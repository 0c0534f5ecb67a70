package dev.mycel.nn.layer;

import dev.mycel.core.Pair;
import dev.mycel.core.Tensor;

/**
 * Long short-term memory: with gates i, f, g, o in the rows of the weights, {@code c' = sigmoid(f)
 * c + sigmoid(i) tanh(g)} and {@code h' = sigmoid(o) tanh(c')}. Takes x and a pair of states (h,
 * c), each [layers * directions, N, hidden]; gives the output and the last pair. See {@link
 * RecurrentLayer} for shapes and parameters.
 */
public final class LSTM extends RecurrentLayer<Pair<Tensor, Tensor>> {
  /** One layer with biases, forward. */
  public LSTM(long inputSize, long hiddenSize) {
    this(builder(inputSize, hiddenSize));
  }

  private LSTM(RecurrentBuilder<LSTM> b) {
    super(new Recurrence.Lstm(), b);
  }

  /** A layer with other than the default arguments. */
  public static RecurrentBuilder<LSTM> builder(long inputSize, long hiddenSize) {
    return new RecurrentBuilder<>(LSTM::new, inputSize, hiddenSize);
  }
}
