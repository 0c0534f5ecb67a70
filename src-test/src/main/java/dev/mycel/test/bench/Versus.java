package dev.mycel.test.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Runs a workload here and at a peer in turns, each in a process of its own, and prints the ratio
 * of their times.
 */
final class Versus {
  private static final Pattern MEDIAN = Pattern.compile("\"median_us\": ([0-9.]+)");

  private static final List<String> BACKENDS = List.of("onednn", "nd4j", "reference");

  private Versus() {}

  static void run(Arguments given) throws IOException, InterruptedException {
    for (String workload : given.workload().split(",", -1)) {
      run(given, workload);
    }
  }

  private static void run(Arguments given, String workload)
      throws IOException, InterruptedException {
    String peer = String.valueOf(given.vs());
    String backend = given.backend() == null ? "onednn" : given.backend();
    List<String> here = List.of("--backend", backend);
    List<String> there = List.of(isBackend(peer, backend) ? "--backend" : "--peer", peer);
    double[] ratios = new double[given.rounds()];
    double[] ours = new double[given.rounds()];
    double[] theirs = new double[given.rounds()];
    for (int round = 0; round < given.rounds(); round++) {
      boolean first = round % 2 == 0;
      if (first) {
        ours[round] = median(given, workload, here);
      }
      theirs[round] = median(given, workload, there);
      if (!first) {
        ours[round] = median(given, workload, here);
      }
      ratios[round] = theirs[round] / ours[round];
    }
    double low = Arrays.stream(ratios).min().orElse(Double.NaN);
    double high = Arrays.stream(ratios).max().orElse(Double.NaN);
    System.out.printf(
        Locale.ROOT,
        "%s%s vs %s: ratio %.2f (%.2f to %.2f), ours %.2f us, peer %.2f us, %d rounds%n",
        workload,
        isBackend(peer, backend) ? " on " + backend : "",
        peer,
        middle(ratios),
        low,
        high,
        middle(ours),
        middle(theirs),
        given.rounds());
  }

  /**
   * Whether the other side is Mycel on another backend. Beside the backend onednn, a peer of that
   * name is the library itself.
   */
  static boolean isBackend(String peer, String ours) {
    return BACKENDS.contains(peer) && !peer.equals(ours);
  }

  private static double middle(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  private static double median(Arguments given, String workload, List<String> side)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(java());
    command.addAll(List.of("--workload", workload));
    if (given.warmUp() > 0) {
      command.addAll(List.of("--warm-up", String.valueOf(given.warmUp())));
    }
    if (given.repeat() > 0) {
      command.addAll(List.of("--repeat", String.valueOf(given.repeat())));
    }
    if (given.busy() > 0) {
      command.addAll(List.of("--busy", String.valueOf(given.busy())));
    }
    command.addAll(side);
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    double median = Double.NaN;
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        System.out.println(line);
        Matcher m = MEDIAN.matcher(line);
        if (m.find()) {
          median = Double.parseDouble(m.group(1));
        }
      }
    }
    if (process.waitFor() != 0) {
      throw new IOException(String.join(" ", command) + " failed");
    }
    return median;
  }

  /** The command that starts this program again. */
  static List<String> java() {
    String home = System.getProperty("java.home");
    return List.of(
        home + "/bin/java", "-cp", System.getProperty("java.class.path"), Main.class.getName());
  }
}
