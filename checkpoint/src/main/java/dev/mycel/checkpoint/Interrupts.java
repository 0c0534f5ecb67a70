package dev.mycel.checkpoint;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;

/** Work with files that an interrupt does not end. */
final class Interrupts {
  /** Far more than a thread is interrupted while it does one thing. */
  private static final int MOST = 100;

  /** Work that can be done again from its beginning. */
  interface Work<T> {
    T run() throws IOException;
  }

  private Interrupts() {}

  /**
   * Does work to its end even if the thread is interrupted, which closes a channel in the midst of
   * what it does: the work begins again then. The thread is interrupted afterwards.
   */
  static <T> T outlasting(Work<T> work) throws IOException {
    boolean interrupted = Thread.interrupted();
    try {
      for (int i = 1; ; i++) {
        try {
          return work.run();
        } catch (ClosedByInterruptException e) {
          interrupted = true;
          Thread.interrupted();
          if (i == MOST) {
            throw e;
          }
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
