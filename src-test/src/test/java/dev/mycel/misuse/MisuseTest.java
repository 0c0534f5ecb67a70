package dev.mycel.misuse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.core.Interpreters;
import dev.mycel.core.Mycel;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Each case of misuse fails with just the message that is written down for it, and leaves no
 * interpreter behind.
 */
class MisuseTest {
  private final Map<String, String> expected = Expected.load();
  private final Map<String, Runnable> cases = MisuseCases.all();

  @BeforeEach
  void onTheDefaultBackend() {
    Mycel.setBackend("onednn");
  }

  @TestFactory
  Stream<DynamicTest> everyMistakeGetsItsMessage() {
    return cases.entrySet().stream()
        .map(c -> DynamicTest.dynamicTest(c.getKey(), () -> check(c.getKey(), c.getValue())));
  }

  private void check(String name, Runnable mistake) {
    Throwable thrown = assertThrows(Throwable.class, mistake::run, name + ": nothing was thrown");
    assertEquals(expected.get(name), describe(thrown), name);
    assertTrue(Interpreters.top() == Interpreters.root(), "no interpreter is left on the stack");
  }

  static String describe(Throwable thrown) {
    String text = thrown.getClass().getSimpleName() + ": " + thrown.getMessage();
    // Paths of temporary folders and threads differ between runs, backends between class paths.
    return text.replaceAll("\\S*mycel-misuse[^/\\s]*/", "<folder>/")
        .replaceAll("\n  (nd4j|toy|faulty)  CPU, [^\n]*", "")
        .replaceAll("thread +\\d+", "thread  <id>");
  }

  @Test
  void thereAreSixtyCasesAndEachHasAMessage() {
    assertTrue(cases.size() >= 60, cases.size() + " cases");
    assertEquals(new TreeSet<>(cases.keySet()), new TreeSet<>(expected.keySet()));
  }
}
