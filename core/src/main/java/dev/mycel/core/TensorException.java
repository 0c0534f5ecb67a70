package dev.mycel.core;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Root of everything Mycel throws about tensors and what is computed with them. Unchecked: such an
 * error is a mistake in the program or its data, and the message says which.
 */
public class TensorException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final List<String> path = new ArrayList<>();

  /** An error with that message. */
  public TensorException(String message) {
    super(message);
  }

  /** An error with that message and what caused it. */
  public TensorException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /**
   * Notes that the error passed through a cell of that name on its way out; called from the inside
   * to the outside, so that the message ends in a path such as {@code in
   * encoder.layers.3.attention}.
   */
  public final void passedThrough(String cell) {
    path.add(cell);
  }

  /** Forgets the cells that the error passed through: it is thrown anew. */
  public final void startPath() {
    path.clear();
  }

  /** The path of cells from the outermost to the one where the error arose; empty outside cells. */
  public final List<String> cellPath() {
    List<String> outermostFirst = new ArrayList<>(path);
    Collections.reverse(outermostFirst);
    return List.copyOf(outermostFirst);
  }

  @Override
  public String getMessage() {
    String message = String.valueOf(super.getMessage());
    return path.isEmpty() ? message : message + "\n  in " + String.join(".", cellPath());
  }
}
