package dev.mycel.autograd;

/**
 * Adds gradient rows; found by {@link java.util.ServiceLoader}. A library with primitives of its
 * own provides one.
 */
public interface VjpProvider {
  /** Adds its gradient rows. */
  void register(VjpTable table);

  /** Adds rows of forward mode, where what follows from the gradient rows is not cheap enough. */
  default void register(JvpTable table) {}

  /** Adds batching rules, for primitives that are neither elementwise nor composites. */
  default void register(BatchTable table) {}
}
