package dev.mycel.core;

/** A tensor was used outside the gradient (or trace) that made it. */
public class EscapedTensorException extends TensorException {
  private static final long serialVersionUID = 1L;

  /** An error with that message. */
  public EscapedTensorException(String message) {
    super(message);
  }
}
