package dev.mycel.test.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Processes that do nothing but keep a core busy while something is measured. */
final class Spinner implements AutoCloseable {
  private static final long LONGEST_SECONDS = 600;

  private final List<Process> processes = new ArrayList<>();

  /** Starts that many. */
  Spinner(int count) throws IOException {
    for (int i = 0; i < count; i++) {
      List<String> command = new ArrayList<>(Versus.java());
      command.addAll(List.of("--spin", Long.toString(LONGEST_SECONDS)));
      processes.add(new ProcessBuilder(command).inheritIO().start());
    }
  }

  /** What such a process does. */
  static void spin(double seconds) {
    long end = System.nanoTime() + (long) (seconds * 1e9);
    while (System.nanoTime() < end) {
      Thread.onSpinWait();
    }
  }

  @Override
  public void close() {
    processes.forEach(Process::destroyForcibly);
  }
}
