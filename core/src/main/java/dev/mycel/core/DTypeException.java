package dev.mycel.core;

/** An element type does not fit an operation. */
public class DTypeException extends TensorException {
  private static final long serialVersionUID = 1L;

  /** An error with that message. */
  public DTypeException(String message) {
    super(message);
  }
}
