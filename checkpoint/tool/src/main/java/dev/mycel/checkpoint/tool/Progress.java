package dev.mycel.checkpoint.tool;

import java.io.PrintWriter;
import java.util.Locale;

/** A bar on a terminal, on one line that is wiped at the end. */
final class Progress implements AutoCloseable {
  private static final int WIDTH = 30;
  private static final long BETWEEN = 100_000_000L;

  private final PrintWriter err;
  private final boolean terminal;
  private final long total;
  private long next;
  private long done;
  private int shown;

  Progress(PrintWriter err, boolean terminal, long patience, long total) {
    this.err = err;
    this.terminal = terminal && total > 0;
    this.total = total;
    this.next = System.nanoTime() + patience;
  }

  /** So many bytes more are done. */
  void add(long bytes) {
    done += bytes;
    if (!terminal || System.nanoTime() - next < 0) {
      return;
    }
    next = System.nanoTime() + BETWEEN;
    double part = Math.min(1, (double) done / total);
    int full = (int) (part * WIDTH);
    String line =
        String.format(
            Locale.ROOT,
            "[%s%s] %3.0f %% of %s MB",
            "#".repeat(full),
            ".".repeat(WIDTH - full),
            part * 100,
            Printable.megabytes(total));
    err.print("\r" + line);
    err.flush();
    shown = line.length();
  }

  /** Wipes the bar, so that a line may follow. */
  void wipe() {
    if (shown > 0) {
      err.print("\r" + " ".repeat(shown) + "\r");
      err.flush();
      shown = 0;
    }
  }

  @Override
  public void close() {
    wipe();
  }
}
