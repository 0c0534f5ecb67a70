package dev.mycel.test;

import dev.mycel.core.Interpreters;
import dev.mycel.core.MemoryStats;
import dev.mycel.core.Scope;
import dev.mycel.core.Tensor;
import dev.mycel.junit.MycelAssertions;
import java.util.function.Supplier;

/** Checks that work gives all its memory outside the Java heap back. */
public final class LeakCheck {
  private LeakCheck() {}

  /** {@link MycelAssertions#assertNoLeak}. */
  public static void assertNoLeak(Runnable work) {
    MycelAssertions.assertNoLeak(work);
  }

  /**
   * Checks that memory is back the moment the work's scope ends, when it runs for the third time:
   * caches are full by then, and no collection has helped.
   */
  static void assertFreedAtOnce(Runnable work) {
    for (int i = 0; i < 2; i++) {
      inScope(work);
    }
    MemoryStats before = Interpreters.root().memory();
    inScope(work);
    MemoryStats after = Interpreters.root().memory();
    if (after.liveBytes() > before.liveBytes()) {
      throw new AssertionError(
          (after.liveBytes() - before.liveBytes())
              + " bytes in "
              + (after.liveBlocks() - before.liveBlocks())
              + " blocks were still live when the scope had ended");
    }
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
}
