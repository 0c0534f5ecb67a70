package dev.mycel.nn.layer;

import dev.mycel.core.DType;
import dev.mycel.core.Pair;
import dev.mycel.core.Tensor;

/**
 * One step of an {@link LSTM}: from x [N, in] and the states (h, c), each [N, hidden], to the next
 * two. See {@link RecurrentCell} for the parameters.
 */
public final class LSTMCell extends RecurrentCell<Pair<Tensor, Tensor>> {
  /** With biases, in float32. */
  public LSTMCell(long inputSize, long hiddenSize) {
    this(inputSize, hiddenSize, true, DType.FLOAT32);
  }

  /** With or without biases. */
  public LSTMCell(long inputSize, long hiddenSize, boolean hasBias, DType dtype) {
    super(new Recurrence.Lstm(), inputSize, hiddenSize, hasBias, dtype);
  }
}
