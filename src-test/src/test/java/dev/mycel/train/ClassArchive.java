package dev.mycel.train;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * The classes of a program in an archive that the JVM maps instead of loading them: a process then
 * takes two thirds of the time to start. The JVM archives classes of jars only, so folders of the
 * class path are packed first.
 */
final class ClassArchive {
  private final String classPath;
  private final List<String> options;

  private ClassArchive(String classPath, List<String> options) {
    this.classPath = classPath;
    this.options = options;
  }

  String classPath() {
    return classPath;
  }

  /** What a process is started with; nothing where the JVM makes no archive. */
  List<String> options() {
    return options;
  }

  /** Packs, and runs the program to its end for the archive of what it loads. */
  static ClassArchive of(Class<?> main, String classPath, Path folder, String... args)
      throws IOException, InterruptedException {
    List<String> jars = new ArrayList<>();
    Map<String, byte[]> packed = new TreeMap<>();
    for (String part : classPath.split(File.pathSeparator)) {
      if (Files.isDirectory(Path.of(part))) {
        collect(Path.of(part), packed);
      } else {
        jars.add(part);
      }
    }
    Path jar = folder.resolve("classes.jar");
    write(packed, jar);
    jars.add(0, jar.toString());
    String all = String.join(File.pathSeparator, jars);
    Path archive = folder.resolve("classes.jsa");
    Process child =
        Children.start(
            main,
            all,
            List.of("-XX:ArchiveClassesAtExit=" + archive),
            folder.resolve("archive.txt"),
            args);
    child.getInputStream().readAllBytes();
    boolean made = child.waitFor(1, TimeUnit.MINUTES) && Files.isRegularFile(archive);
    return new ClassArchive(
        all, made ? List.of("-XX:SharedArchiveFile=" + archive, "-Xlog:disable") : List.of());
  }

  /** Files by name; lists of services are joined. */
  private static void collect(Path root, Map<String, byte[]> into) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      files
          .filter(Files::isRegularFile)
          .forEach(
              file -> {
                String name = root.relativize(file).toString().replace(File.separatorChar, '/');
                if (name.endsWith(".class") || name.startsWith("META-INF/services/")) {
                  into.merge(name, bytes(file), ClassArchive::joined);
                }
              });
    }
    into.remove("module-info.class");
  }

  private static byte[] joined(byte[] a, byte[] b) {
    ByteArrayOutputStream both = new ByteArrayOutputStream();
    both.writeBytes(a);
    both.write('\n');
    both.writeBytes(b);
    return both.toByteArray();
  }

  private static byte[] bytes(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void write(Map<String, byte[]> files, Path jar) throws IOException {
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(jar))) {
      out.setLevel(1);
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        out.putNextEntry(new ZipEntry(file.getKey()));
        out.write(file.getValue());
        out.closeEntry();
      }
    }
  }
}
