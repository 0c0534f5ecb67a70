package dev.mycel.guide;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.core.Mycel;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The Java halves of {@code docs/mindspore.md} compile, run, and print what they say. */
final class MindSporePageTest {
  private static final Path PAGE = Path.of("../docs/mindspore.md");

  static Stream<Snippet> snippets() throws IOException {
    return Snippet.of(Files.readAllLines(PAGE)).stream();
  }

  @ParameterizedTest
  @MethodSource("snippets")
  void itPrintsWhatItSays(Snippet snippet, @TempDir Path folder) throws Throwable {
    Mycel.setBackend("onednn");
    Mycel.setSeed(1);
    List<String> printed = new ArrayList<>();
    try {
      SnippetCompiler.compile(snippet)
          .getMethod("run", Consumer.class, Path.class)
          .invoke(null, (Consumer<Object>) o -> o.toString().lines().forEach(printed::add), folder);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
    assertEquals(snippet.expected(), printed, "the block of line " + snippet.line());
  }

  @Test
  void everyMindSporeHalfHasAMycelHalf() throws IOException {
    List<String> page = Files.readAllLines(PAGE);
    long python = page.stream().filter("```python"::equals).count();
    assertEquals(python, snippets().count());
    assertTrue(python >= 30, "the page has " + python + " pairs");
  }
}
