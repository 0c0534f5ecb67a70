package dev.mycel.core;

/** An argument that is neither a shape nor a dtype is out of its range or contradicts another. */
public class ArgumentException extends TensorException {
  private static final long serialVersionUID = 1L;

  /** An error with that message. */
  public ArgumentException(String message) {
    super(message);
  }
}
