package dev.mycel.test.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Steps on demand: for each line with a number of seconds the workload runs for so long, and a line
 * with the median of its samples is printed. So whoever starts this beside other programs that do
 * the same can give turns of a second or two to processes that are all warm: where the machine's
 * speed drifts, it is the same for both sides then.
 */
final class Slices {
  private Slices() {}

  /**
   * Runs until the input ends.
   *
   * @param calls how many calls of the workload a step makes
   */
  static void run(Runnable step, int calls, Reader input, Consumer<String> output)
      throws IOException {
    BufferedReader lines = new BufferedReader(input);
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      double[] samples = samples(step, Double.parseDouble(line.trim()));
      output.accept(
          String.format(
              Locale.ROOT,
              "{\"median_us\": %.4f, \"min_us\": %.4f, \"n\": %d}",
              samples[samples.length / 2] / calls * 1e6,
              samples[0] / calls * 1e6,
              samples.length));
    }
  }

  /** Seconds of each sample, the shortest first; at least one. */
  private static double[] samples(Runnable step, double seconds) {
    long start = System.nanoTime();
    int inner = Timer.inner(step);
    double[] samples = new double[16];
    int n = 0;
    do {
      samples = n < samples.length ? samples : Arrays.copyOf(samples, 2 * n);
      samples[n++] = Timer.time(step, inner) / inner;
    } while ((System.nanoTime() - start) / 1e9 < seconds);
    double[] sorted = Arrays.copyOf(samples, n);
    Arrays.sort(sorted);
    return sorted;
  }
}
