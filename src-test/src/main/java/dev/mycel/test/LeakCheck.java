package dev.mycel.test;

import dev.mycel.core.Interpreters;
import dev.mycel.core.MemoryStats;
import dev.mycel.core.Scope;
import dev.mycel.core.Tensor;
import java.util.function.Supplier;

/** Checks that work gives all its memory outside the Java heap back. */
public final class LeakCheck {
  private LeakCheck() {}

  /**
   * Runs work twice inside a scope of its own, the first time to warm caches up, and fails if
   * afterwards more bytes are live than before the second run. Tensors that became garbage earlier
   * do not count.
   */
  public static void assertNoLeak(Runnable work) {
    inScope(work);
    MemoryStats before = settled();
    inScope(work);
    MemoryStats after = Interpreters.root().memory();
    if (after.liveBytes() > before.liveBytes()) {
      after = settled();
    }
    if (after.liveBytes() > before.liveBytes()) {
      throw new AssertionError(
          "memory leaked: "
              + (after.liveBytes() - before.liveBytes())
              + " bytes in "
              + (after.liveBlocks() - before.liveBlocks())
              + " blocks were live after the scope that were not before");
    }
  }

  /** Bytes that live tensors hold, after the collector has taken what nobody reaches. */
  public static long liveBytes() {
    return settled().liveBytes();
  }

  private static void inScope(Runnable work) {
    try (Scope scope = Scope.open()) {
      work.run();
    }
  }

  /** Runs work inside a scope that only the work's result survives, as numbers. */
  static HostValues[] values(Supplier<Tensor[]> work) {
    try (Scope scope = Scope.open()) {
      Tensor[] results = work.get();
      HostValues[] values = new HostValues[results.length];
      for (int i = 0; i < values.length; i++) {
        values[i] = HostValues.of(results[i]);
      }
      return values;
    }
  }

  /** The statistics once two collections in a row change nothing, or after a second. */
  private static MemoryStats settled() {
    MemoryStats last = Interpreters.root().memory();
    for (int round = 0, quiet = 0; round < 50 && quiet < 2; round++) {
      System.gc();
      try {
        Thread.sleep(20);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return last;
      }
      MemoryStats now = Interpreters.root().memory();
      quiet = now.liveBytes() == last.liveBytes() ? quiet + 1 : 0;
      last = now;
    }
    return last;
  }
}
