package dev.mycel.life;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.core.Mycel;
import dev.mycel.core.Ops;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Without oneDNN's native library the reference backend computes, and the reason is said once. */
class FallbackTest {
  /** What the child process runs: it computes three times. */
  static final class Child {
    public static void main(String[] args) {
      for (int i = 0; i < 3; i++) {
        System.out.println(Ops.ones(600, 2).matmul(Ops.ones(2, 1)).sum().item());
      }
      System.out.println(Mycel.backend());
    }
  }

  private static String run(String classPath) throws IOException, InterruptedException {
    return run(Child.class, classPath);
  }

  /** What a program prints in a process of its own. */
  static String run(Class<?> program, String classPath, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", classPath, program.getName()));
    command.addAll(List.of(arguments));
    Process child = new ProcessBuilder(command).redirectErrorStream(true).start();
    String out = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, child.waitFor(), out);
    return out;
  }

  /** The class path of the tests without the native code of some libraries. */
  static String without(String libraries) {
    String all =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    String natives = "(" + libraries + ")-.*-(linux|macosx|windows).*";
    return Arrays.stream(all.split(File.pathSeparator))
        .filter(p -> !Path.of(p).getFileName().toString().matches(natives))
        .collect(Collectors.joining(File.pathSeparator));
  }

  @Test
  void nd4jIsTheDefaultOnlyWhereOneDnnIsMissing() throws Exception {
    List<String> lines = run(without("none")).lines().toList();
    assertEquals("onednn", lines.get(lines.size() - 1), lines.toString());
    lines = run(without("dnnl")).lines().toList();
    assertEquals("nd4j", lines.get(lines.size() - 1), lines.toString());
  }

  @Test
  void theReferenceTakesOverAndSaysWhyOnce() throws Exception {
    String out = run(without("dnnl|nd4j-native"));
    List<String> lines = out.lines().toList();
    assertEquals("reference", lines.get(lines.size() - 1), out);
    assertEquals(3, lines.stream().filter("1200.0"::equals).count(), out);
    long reasons = lines.stream().filter(l -> l.contains("onednn")).count();
    assertEquals(1, reasons, out);
    assertTrue(out.contains("reference"), out);
  }
}
