package dev.mycel.test.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Neighbours that keep cores busy while something is measured, each a process of its own, so that
 * they share nothing with the measurement but the machine.
 */
final class Busy implements AutoCloseable {
  private static final String READY = "SPINNING";
  private static final long LONGEST_SECONDS = 24 * 3600;

  private final List<Process> children = new ArrayList<>();

  /** Starts so many neighbours, and waits until they spin. */
  Busy(int cores) throws IOException {
    try {
      for (int i = 0; i < cores; i++) {
        start();
      }
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  private void start() throws IOException {
    List<String> command = new ArrayList<>(Versus.java());
    // The child follows this process, which may be killed before it can end the child.
    command.addAll(
        List.of(
            "--spin",
            String.valueOf(LONGEST_SECONDS),
            String.valueOf(ProcessHandle.current().pid())));
    Process child =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    children.add(child);
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8));
    if (!READY.equals(lines.readLine())) {
      throw new IOException("the busy neighbour did not start");
    }
  }

  /** A line of JSON that also says how many neighbours there were, if any. */
  static String tell(String json, int cores) {
    return cores == 0 ? json : json.substring(0, json.length() - 1) + ", \"busy\": " + cores + "}";
  }

  /** Whether every neighbour still runs. */
  boolean alive() {
    return children.stream().allMatch(Process::isAlive);
  }

  /** The processes, for tests. */
  List<Process> children() {
    return List.copyOf(children);
  }

  @Override
  public void close() {
    for (Process child : children) {
      child.destroyForcibly();
    }
  }

  /**
   * Keeps one core busy.
   *
   * @param seconds how long
   * @param pid a process at whose end this one ends too, or null
   */
  static void spin(double seconds, @Nullable String pid) {
    Optional<ProcessHandle> followed =
        pid == null ? Optional.empty() : ProcessHandle.of(Long.parseLong(pid));
    if (pid != null && followed.isEmpty()) {
      return;
    }
    System.out.println(READY);
    long end = System.nanoTime() + (long) (seconds * 1e9);
    long state = 1;
    while (System.nanoTime() < end && followed.map(ProcessHandle::isAlive).orElse(true)) {
      for (int i = 0; i < 10_000_000; i++) {
        state = state * 6364136223846793005L + 1442695040888963407L;
      }
    }
    Workloads.result = state; // or the compiler may leave the loop out
  }
}
