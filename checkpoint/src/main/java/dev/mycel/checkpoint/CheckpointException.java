package dev.mycel.checkpoint;

import dev.mycel.core.TensorException;
import org.jspecify.annotations.Nullable;

/** A checkpoint cannot be written, read, or loaded into a network; the message names the file. */
public class CheckpointException extends TensorException {
  private static final long serialVersionUID = 1L;

  /** An error with that message. */
  public CheckpointException(String message) {
    super(message);
  }

  /** An error with that message and what caused it. */
  public CheckpointException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
