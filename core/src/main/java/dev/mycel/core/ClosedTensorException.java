package dev.mycel.core;

/** A tensor was used after its memory had been given back. */
public class ClosedTensorException extends TensorException {
  private static final long serialVersionUID = 1L;

  /** An error with that message. */
  public ClosedTensorException(String message) {
    super(message);
  }
}
