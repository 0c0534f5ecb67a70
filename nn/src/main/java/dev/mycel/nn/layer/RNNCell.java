package dev.mycel.nn.layer;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.DType;
import dev.mycel.core.Messages;
import dev.mycel.core.Tensor;

/**
 * One step of an {@link RNN}: from x [N, in] and the state [N, hidden] to the next. See {@link
 * RecurrentCell} for the parameters.
 */
public final class RNNCell extends RecurrentCell<Tensor> {
  /** With biases and tanh, in float32. */
  public RNNCell(long inputSize, long hiddenSize) {
    this(inputSize, hiddenSize, true, "tanh", DType.FLOAT32);
  }

  /** With or without biases, with {@code "tanh"} or {@code "relu"}. */
  public RNNCell(
      long inputSize, long hiddenSize, boolean hasBias, String nonlinearity, DType dtype) {
    super(
        new Recurrence.Plain(isRelu("RNNCell", nonlinearity)),
        inputSize,
        hiddenSize,
        hasBias,
        dtype);
  }

  /** Whether the name is that of relu; anything but relu and tanh is refused. */
  static boolean isRelu(String layer, String nonlinearity) {
    if (!nonlinearity.equals("relu") && !nonlinearity.equals("tanh")) {
      throw new ArgumentException(
          Messages.of(layer + ": '" + nonlinearity + "' is no nonlinearity")
              .hint("use \"tanh\" or \"relu\"")
              .text());
    }
    return nonlinearity.equals("relu");
  }
}
