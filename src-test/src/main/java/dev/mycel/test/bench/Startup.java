package dev.mycel.test.bench;

import static dev.mycel.core.Random.randn;

import dev.mycel.core.Tensor;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Time from starting a process to the first output of a network. */
final class Startup {
  /** The workload that the started process runs. */
  static final String CHILD = "startup-mlp-child";

  private Startup() {}

  static String run(Arguments given) throws IOException, InterruptedException {
    int n = given.repeat() > 0 ? given.repeat() : 10;
    double[] times = new double[n];
    for (int i = -1; i < n; i++) { // the first fills the page cache and does not count
      double seconds = once();
      if (i >= 0) {
        times[i] = seconds;
      }
    }
    Arrays.sort(times);
    return String.format(
        Locale.ROOT,
        "{\"peer\": \"mycel\", \"version\": \"\", \"workload\": \"startup-mlp\", \"mode\": \"process\", \"dtype\": \"fp32\","
            + " \"min_us\": %.1f, \"median_us\": %.1f, \"n\": %d, \"peak_mb\": null, \"inner\": 1}",
        times[0] * 1e6,
        times[n / 2] * 1e6,
        n);
  }

  private static double once() throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(Versus.java());
    command.addAll(List.of("--workload", CHILD));
    long start = System.nanoTime();
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith("READY")) {
          double seconds = (System.nanoTime() - start) / 1e9;
          process.waitFor();
          return seconds;
        }
      }
    }
    throw new IOException("the process ended without an output");
  }

  static void child() {
    Tensor y = Workloads.mlp().call(randn(1, 784));
    float first = y.toFloatArray()[0];
    System.out.println("READY " + first);
  }
}
