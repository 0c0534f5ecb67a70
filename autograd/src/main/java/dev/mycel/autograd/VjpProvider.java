package dev.mycel.autograd;

/**
 * Adds gradient rows; found by {@link java.util.ServiceLoader}. A library with primitives of its
 * own provides one.
 */
public interface VjpProvider {
  /** Adds its rows. */
  void register(VjpTable table);
}
