package dev.mycel.autograd;

import org.jspecify.annotations.Nullable;

/** Takes a hook away again. */
public final class HookHandle implements AutoCloseable {
  private @Nullable Runnable removal;

  /** A handle whose {@link #remove} runs that action once. */
  public HookHandle(Runnable removal) {
    this.removal = removal;
  }

  /** Removes the hook: calls that begin from now on do not run it. Again it does nothing. */
  public synchronized void remove() {
    Runnable once = removal;
    removal = null;
    if (once != null) {
      once.run();
    }
  }

  /** The same as {@link #remove}, for hooks that live as long as a block. */
  @Override
  public void close() {
    remove();
  }
}
