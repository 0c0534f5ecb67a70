package dev.mycel.core;

import org.jspecify.annotations.Nullable;

/**
 * One handle's claim on memory, closed at most once: by the scope it belongs to, or by the cleaner
 * when no scope owns it and the handle has become unreachable. The bottom interpreter's
 * implementation knows what to give back.
 */
public abstract class Lease {
  /** The scope that will end this lease; changed only by the thread that owns the scope. */
  @Nullable Scope scope;

  /** For the implementation. */
  protected Lease() {}

  /** Ends the claim; doing it again has no effect. */
  protected abstract void close();

  /**
   * No scope owns this lease any more: from now on it ends when {@code holder} becomes unreachable.
   *
   * @param holder the tensor whose payload this lease is
   */
  protected abstract void escape(Tensor holder);

  /** Whether the claim still stands. */
  public abstract boolean isOpen();
}
