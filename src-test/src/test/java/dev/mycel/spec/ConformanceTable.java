package dev.mycel.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mycel.core.Primitive;
import dev.mycel.core.spi.KernelTable;
import dev.mycel.test.Family;
import dev.mycel.test.TckResults;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * The second half of {@code docs/support.md}: what each backend passed in the conformance kit. The
 * tests of the kit hold it, each the column of its backend; {@code -Dmycel.write=true} writes it.
 */
final class ConformanceTable {
  static final Path PAGE = Path.of("../docs/support.md");
  static final String TITLE = "\n## What each backend passes\n";

  private static final List<String> BACKENDS = List.of("nd4j", "onednn", "reference");
  private static final String LEFT_OUT = "- `";

  private final Map<Family, String[]> cells = new EnumMap<>(Family.class);
  private final String[] leftOut = new String[BACKENDS.size()];

  /** Reads the table of a page, or makes an empty one. */
  private ConformanceTable(String page) {
    for (Family family : Family.values()) {
      String[] row = new String[BACKENDS.size()];
      java.util.Arrays.fill(row, "-");
      cells.put(family, row);
    }
    java.util.Arrays.fill(leftOut, "-");
    for (String line : page.substring(Math.max(page.indexOf(TITLE), 0)).split("\n")) {
      for (Family family : Family.values()) {
        if (line.startsWith("| " + family + " |")) {
          String[] parts = line.split(" \\| | \\|");
          System.arraycopy(parts, 1, cells.get(family), 0, BACKENDS.size());
        }
      }
      for (int i = 0; i < leftOut.length; i++) {
        String start = LEFT_OUT + BACKENDS.get(i) + "`: ";
        if (line.startsWith(start)) {
          leftOut[i] = line.substring(start.length());
        }
      }
    }
  }

  /** Compares a backend's column with what it has just passed, or writes it. */
  static void hold(TckResults results) throws IOException {
    String page = Files.readString(PAGE);
    ConformanceTable table = new ConformanceTable(page);
    table.put(results);
    String wanted = head(page) + table.text();
    if (Boolean.getBoolean("mycel.write")) {
      Files.writeString(PAGE, wanted);
    }
    assertEquals(
        wanted,
        Files.readString(PAGE),
        "docs/support.md is out of date: run the tests of the conformance kit (-Dtest='*TckTest')"
            + " with -Dmycel.write=true and commit the page");
  }

  /** Every primitive that a backend has a kernel for runs on it in some case of the kit. */
  static void everyKernelRan(TckResults results) throws ReflectiveOperationException {
    KernelTable table = SupportPageTest.tables().get(results.backend());
    List<String> unused =
        SpecTest.primitives().stream()
            .filter(table::has)
            .map(Primitive::name)
            .filter(name -> !results.own().contains(name))
            .toList();
    assertEquals(List.of(), unused, "kernels of " + results.backend() + " that no case reaches");
  }

  /** The page up to the table. */
  static String head(String page) {
    int at = page.indexOf(TITLE);
    return at < 0 ? page : page.substring(0, at);
  }

  /** The table and what follows it. */
  static String tail(String page) {
    return page.substring(head(page).length());
  }

  private void put(TckResults results) {
    int column = BACKENDS.indexOf(results.backend());
    results
        .families()
        .forEach(
            (family, c) -> {
              String left = c.leftOut() == 0 ? "" : ", " + c.leftOut() + " left out";
              String count = c.passed() + " of " + (c.passed() + c.failed()) + left;
              String ways = " (" + c.own() + ", " + c.parts() + ", " + c.host() + ")";
              String[] row = cells.get(family);
              boolean keeps =
                  dependsOnTheProcessor(results) && row[column].startsWith(count + " (");
              row[column] = keeps ? row[column] : count + ways;
            });
    List<String> names = results.leftOut();
    leftOut[column] = names.isEmpty() ? "nothing" : String.join("; ", names);
  }

  /** What oneDNN computes itself depends on the processor; whether it is right does not. */
  private static boolean dependsOnTheProcessor(TckResults results) {
    return results.backend().equals("onednn") && !Boolean.getBoolean("mycel.write");
  }

  private String text() {
    List<String> lines = new ArrayList<>();
    lines.add(TITLE);
    lines.add(
        "Written by the conformance kit (`-Dtest='*TckTest' -Dmycel.write=true`); do not edit. A case is"
            + " a row of samples in one element type\nand one layout (contiguous, transposed, stepped,"
            + " offset, negative strides, broadcast, scalar, empty), or against an oracle, float64 or\nthe"
            + " decomposition. In brackets: how many of them run on kernels of the backend's own and"
            + " views, in parts, and on the host;\nfor onednn on a processor with AVX-512, and"
            + " bfloat16 of its own.\n");
    lines.add("| family | " + String.join(" | ", BACKENDS) + " |");
    lines.add("|---|" + "---|".repeat(BACKENDS.size()));
    cells.forEach(
        (family, row) -> lines.add("| " + family + " | " + String.join(" | ", row) + " |"));
    lines.add("\nLeft out by name:\n");
    for (int i = 0; i < leftOut.length; i++) {
      lines.add(LEFT_OUT + BACKENDS.get(i) + "`: " + leftOut[i]);
    }
    return String.join("\n", lines) + "\n";
  }
}
