package dev.mycel.core;

/** A primitive lacks what was asked of it: a kernel on this backend, or a gradient row. */
public class MissingRuleException extends TensorException {
  private static final long serialVersionUID = 1L;

  /** An error with that message. */
  public MissingRuleException(String message) {
    super(message);
  }
}
