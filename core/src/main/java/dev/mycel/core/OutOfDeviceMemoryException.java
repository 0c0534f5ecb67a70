package dev.mycel.core;

/** An allocation would exceed the memory budget, and nothing more could be given back. */
public class OutOfDeviceMemoryException extends TensorException {
  private static final long serialVersionUID = 1L;

  /** An error with that message. */
  public OutOfDeviceMemoryException(String message) {
    super(message);
  }
}
