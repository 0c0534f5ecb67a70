package dev.mycel.nn.layer;

import dev.mycel.core.DType;
import dev.mycel.core.Tensor;

/**
 * One step of a {@link GRU}: from x [N, in] and the state [N, hidden] to the next. See {@link
 * RecurrentCell} for the parameters.
 */
public final class GRUCell extends RecurrentCell<Tensor> {
  /** With biases, in float32. */
  public GRUCell(long inputSize, long hiddenSize) {
    this(inputSize, hiddenSize, true, DType.FLOAT32);
  }

  /** With or without biases. */
  public GRUCell(long inputSize, long hiddenSize, boolean hasBias, DType dtype) {
    super(new Recurrence.Gru(), inputSize, hiddenSize, hasBias, dtype);
  }
}
