package dev.mycel.spec;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.core.Interpreters;
import dev.mycel.core.Mycel;
import dev.mycel.core.Ops;
import dev.mycel.test.BackendTck;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * A backend of one kernel passes the conformance kit: what it lacks is computed for it. The kit has
 * little to find here that it does not find in the reference, so it runs on demand.
 */
final class ToyTckTest {
  @Nested
  @EnabledIfSystemProperty(named = "mycel.tck.toy", matches = "true")
  final class Kit extends BackendTck {
    @Override
    protected String backend() {
      return "toy";
    }
  }

  @BeforeEach
  void onTheToy() {
    Mycel.setBackend("toy");
  }

  @AfterEach
  void onTheDefaultBackend() {
    Mycel.setBackend("onednn");
  }

  @Test
  void itsOwnKernelRunsAndTheRestIsCountedAsFallback() {
    long before = fallbacks("toy add");
    Ops.ones(3).add(Ops.ones(3));
    assertTrue(fallbacks("toy add") == before, "add is its own");
    before = fallbacks("toy exp");
    Ops.ones(3).exp();
    assertTrue(fallbacks("toy exp") == before + 1, "exp is not");
  }

  private static long fallbacks(String name) {
    return Interpreters.root().profile().stream()
        .filter(line -> line.startsWith(name + " "))
        .mapToLong(line -> Long.parseLong(line.substring(name.length() + 1)))
        .sum();
  }
}
