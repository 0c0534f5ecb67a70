package dev.mycel.test;

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
