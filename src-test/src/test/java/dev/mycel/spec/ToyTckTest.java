package dev.mycel.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.core.Interpreters;
import dev.mycel.core.Mycel;
import dev.mycel.core.Ops;
import dev.mycel.test.BackendTck;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
  void thePageShowsAllOfItAndItsTest() throws IOException {
    String page = Files.readString(Path.of("../docs/backends.md"));
    String toy = Files.readString(Path.of("src/test/java/dev/mycel/spec/ToyBackend.java"));
    assertTrue(page.contains("```java\n" + toy + "```\n"), "docs/backends.md shows another toy");
    assertTrue(toy.lines().count() <= 65, "the toy has grown");
  }

  @Test
  void itsOwnKernelRunsAndTheRestIsCountedAsFallback() {
    long before = fallbacks("toy add host");
    Ops.ones(3).add(Ops.ones(3));
    assertEquals(before, fallbacks("toy add host"), "add is its own");
    before = fallbacks("toy exp host");
    Ops.ones(3).exp();
    assertEquals(before + 1, fallbacks("toy exp host"), "exp is the reference's");
    before = fallbacks("toy softplus parts");
    Ops.ones(3).softplus();
    assertEquals(before + 1, fallbacks("toy softplus parts"), "softplus is put together");
  }

  private static long fallbacks(String name) {
    return Interpreters.root().profile().stream()
        .filter(line -> line.startsWith(name + " "))
        .mapToLong(line -> Long.parseLong(line.substring(name.length() + 1)))
        .sum();
  }
}
