package dev.mycel.core;

/** A backend or device is unknown, unavailable, or differs between the operands of an operation. */
public class DeviceException extends TensorException {
  private static final long serialVersionUID = 1L;

  /** An error with that message. */
  public DeviceException(String message) {
    super(message);
  }
}
