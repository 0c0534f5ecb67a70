package dev.mycel.train;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;

/** Starts classes of the tests in processes of their own. */
final class Children {
  private Children() {}

  static String classPath() {
    return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
  }

  /** What is needed without oneDNN, for processes that are to start quickly. */
  static String smallClassPath() {
    return Arrays.stream(classPath().split(File.pathSeparator))
        .filter(
            p ->
                p.contains("classes")
                    || Path.of(p).getFileName().toString().matches("(mycel|protobuf|gson).*"))
        .filter(p -> !p.contains("onednn"))
        .collect(Collectors.joining(File.pathSeparator));
  }

  static Process start(Class<?> main, String classPath, Path errors, String... args)
      throws IOException {
    return start(main, classPath, List.of(), errors, args);
  }

  static Process start(
      Class<?> main, String classPath, List<String> options, Path errors, String... args)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    Collections.addAll(command, "-Xshare:auto", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");
    command.addAll(options);
    Collections.addAll(command, "-cp", classPath, main.getName());
    Collections.addAll(command, args);
    return new ProcessBuilder(command).redirectError(errors.toFile()).start();
  }
}
