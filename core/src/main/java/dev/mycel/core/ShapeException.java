package dev.mycel.core;

/** Extents, axes or ranks do not fit an operation. */
public class ShapeException extends TensorException {
  private static final long serialVersionUID = 1L;

  /** An error with that message. */
  public ShapeException(String message) {
    super(message);
  }
}
