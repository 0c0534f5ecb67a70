package dev.mycel.junit;

import dev.mycel.core.Interpreters;
import dev.mycel.core.MemoryStats;
import dev.mycel.core.Mycel;
import dev.mycel.core.Scope;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Memory outside the Java heap that somebody still holds. */
final class Leaks {
  private static final int ROUNDS = 50;
  private static final int PAUSE_MS = 20;

  /** By backend, what was reachable when the collector last ran for us. */
  private static final Map<String, Long> LAST = new ConcurrentHashMap<>();

  private Leaks() {}

  /** Bytes that somebody reaches. */
  static long settledBytes() {
    return settled().liveBytes();
  }

  /**
   * The same, but the collector only runs if more is in use than after its last run: what has
   * become garbage since then and is not more counts as reachable.
   */
  static long heldBytes() {
    long now = Mycel.memory().liveBytes();
    return now <= LAST.getOrDefault(Mycel.backend(), -1L) ? now : settledBytes();
  }

  /** How many bytes more than that somebody reaches; 0 for none. */
  static long above(long bytes) {
    long now = Mycel.memory().liveBytes();
    return now <= bytes ? 0 : Math.max(0, settledBytes() - bytes);
  }

  /** Runs work twice in a scope, the first time to fill caches, and compares. */
  static void check(Runnable work) {
    inScope(work);
    MemoryStats before = settled();
    inScope(work);
    MemoryStats after = Mycel.memory();
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

  private static void inScope(Runnable work) {
    try (Scope scope = Scope.open()) {
      work.run();
    }
  }

  /** The statistics once two collections in a row change nothing, or after a second. */
  private static MemoryStats settled() {
    MemoryStats last = Interpreters.root().memory();
    for (int round = 0, quiet = 0; round < ROUNDS && quiet < 2; round++) {
      System.gc();
      try {
        Thread.sleep(PAUSE_MS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return last;
      }
      MemoryStats now = Interpreters.root().memory();
      quiet = now.liveBytes() == last.liveBytes() ? quiet + 1 : 0;
      last = now;
    }
    LAST.put(Mycel.backend(), last.liveBytes());
    return last;
  }
}
