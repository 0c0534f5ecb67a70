package dev.mycel.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Mycel;
import dev.mycel.core.Scope;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Runs all cases of a directory, given by the system property {@code mycel.goldens} (by default the
 * copies among the test's resources), and prints what is unsupported, what differs, and the counts.
 * {@code mycel.goldens.only} keeps cases whose suite and id contain a text.
 */
final class GoldenTest {
  private static final Map<String, BiConsumer<GoldenCase, Comparison>> KINDS =
      Map.of(
          "layer", CellCases::run,
          "loss", CellCases::run,
          "op", OpCases::run,
          "optimizer", OptimizerCases::optimizer,
          "schedule", OptimizerCases::schedule,
          "train", TrainCases::run,
          "names", NameCases::run,
          "precision", PrecisionCases::run,
          "grad", GradCases::run,
          "init", InitCases::run);

  private final List<String> failures = new ArrayList<>();
  private final Map<String, List<String>> unsupported = new TreeMap<>();
  private int passed;
  private int quirks;

  @Test
  void everyCaseThatIsSupportedAgrees() throws IOException {
    all();
  }

  /** The copies alone: with another folder or backend the test above does what was asked for. */
  @Test
  void theCopiesAgreeOnNd4jToo() throws IOException {
    assumeTrue(System.getProperty("mycel.goldens", "").isBlank(), "a folder was given");
    assumeTrue(System.getProperty("mycel.backend", "").isBlank(), "a backend was given");
    String state = Interpreters.root().backends().getOrDefault("nd4j", "not on the class path");
    assumeTrue(state.startsWith("available"), state);
    String before = Mycel.backend();
    Mycel.setBackend("nd4j");
    try {
      all();
    } finally {
      Mycel.setBackend(before);
    }
  }

  private void all() throws IOException {
    String given = System.getProperty("mycel.goldens", "");
    Path root = given.isBlank() ? copies() : given(Path.of(given));
    List<Path> suites;
    try (Stream<Path> files = Files.walk(root)) {
      suites = files.filter(GoldenTest::isSuite).sorted().toList();
    }
    assertTrue(!suites.isEmpty(), () -> "there are no golden cases in " + root);
    for (Path suite : suites) {
      run(suite);
    }
    int left = unsupported.values().stream().mapToInt(List::size).sum();
    unsupported.forEach(
        (why, ids) ->
            System.out.println(
                "unsupported: " + why + "  (" + ids.size() + ": " + brief(ids) + ")"));
    failures.forEach(f -> System.out.println("FAILED " + f));
    if (quirks > 0) {
      System.out.println("left out as quirks of the origin: " + quirks);
    }
    System.out.println(
        "goldens: " + passed + " passed, " + failures.size() + " failed, " + left + " unsupported");
    System.out.flush();
    assertEquals(
        0,
        failures.size(),
        () -> failures.size() + " golden cases failed:\n" + String.join("\n", failures));
  }

  private static Path copies() {
    Path beside = Path.of("src/test/resources/goldens");
    return Files.isDirectory(beside) ? beside : Path.of("src-test").resolve(beside);
  }

  /** A relative folder is looked for here, and beside this module. */
  private static Path given(Path folder) {
    return Files.isDirectory(folder) ? folder : Path.of("..").resolve(folder);
  }

  private static String brief(List<String> ids) {
    String some = String.join(", ", ids.subList(0, Math.min(4, ids.size())));
    return ids.size() > 4 ? some + ", ..." : some;
  }

  /** A suite begins with a header and is no manifest of files. */
  private static boolean isSuite(Path file) {
    if (!file.toString().endsWith(".jsonl") || file.endsWith("manifest.jsonl")) {
      return false;
    }
    try (Stream<String> lines = Files.lines(file, StandardCharsets.UTF_8)) {
      return lines
          .findFirst()
          .map(l -> JsonParser.parseString(l).getAsJsonObject().has("header"))
          .orElse(false);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private void run(Path suite) throws IOException {
    Path values = Path.of(suite.toString().replaceFirst("\\.jsonl$", ".safetensors"));
    SafeTensors arrays = Files.exists(values) ? SafeTensors.read(values) : SafeTensors.empty();
    String only = System.getProperty("mycel.goldens.only", "");
    List<String> lines = Files.readAllLines(suite, StandardCharsets.UTF_8);
    String origin =
        JsonParser.parseString(lines.get(0)).getAsJsonObject().get("origin").getAsString();
    for (String line : lines.subList(1, lines.size())) {
      if (!line.isBlank()) {
        JsonObject json = JsonParser.parseString(line).getAsJsonObject();
        String title =
            origin
                + "/"
                + suite.getFileName().toString().replace(".jsonl", "")
                + " "
                + json.get("id").getAsString();
        if (title.contains(only)) {
          run(title, new GoldenCase(json, arrays, origin));
        }
      }
    }
  }

  private void run(String title, GoldenCase c) {
    if (c.has("quirk")) {
      quirks++;
      return;
    }
    BiConsumer<GoldenCase, Comparison> runner = KINDS.get(c.kind());
    Comparison cmp = new Comparison(c);
    try (Scope scope = Scope.open()) {
      if (runner == null) {
        throw new Unsupported("kind " + c.kind());
      }
      runner.accept(c, cmp);
    } catch (Unsupported e) {
      String why = String.valueOf(e.getMessage());
      unsupported.computeIfAbsent(why, k -> new ArrayList<>()).add(title);
      return;
    } catch (RuntimeException | StackOverflowError e) {
      cmp.fail(trace(e));
    }
    if (cmp.wrong().isEmpty()) {
      passed++;
    } else {
      failures.add(title + "\n    " + String.join("\n    ", cmp.wrong()));
    }
  }

  private static String trace(Throwable e) {
    StringWriter text = new StringWriter();
    e.printStackTrace(new PrintWriter(text));
    return Stream.of(text.toString().split("\n"))
        .limit(14)
        .reduce((a, b) -> a + "\n    " + b)
        .orElse("");
  }
}
