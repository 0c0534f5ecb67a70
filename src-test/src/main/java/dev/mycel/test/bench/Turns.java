package dev.mycel.test.bench;

import dev.mycel.core.Mycel;
import java.util.Arrays;
import java.util.Locale;

/**
 * Runs a workload here and in plain ND4J in one process, sample by sample in turns, and prints the
 * ratio of their times: both use the same native library, so neither can disturb the other's
 * threads, and a change of the machine's speed meets both.
 */
final class Turns {
  private static final int SAMPLES = 40;
  private static final double LONGEST_WARM_UP_SECONDS = 3;

  private Turns() {}

  static void run(Arguments given) {
    Mycel.setBackend(given.backend() == null ? "nd4j" : given.backend());
    Mycel.setSeed(1);
    for (String workload : given.workload().split(",", -1)) {
      Runnable ours = Workloads.step(workload, given.dtype());
      if (ours == null) {
        throw new IllegalArgumentException(
            "there is no workload '" + workload + "'; --list names them");
      }
      int samples = given.repeat() > 0 ? given.repeat() : SAMPLES;
      System.out.println(workload + " " + measure(ours, Nd4jPeer.step(workload), samples));
    }
  }

  private static String measure(Runnable ours, Runnable theirs, int samples) {
    Timer.warmUp(ours, 1, LONGEST_WARM_UP_SECONDS);
    Timer.warmUp(theirs, 1, LONGEST_WARM_UP_SECONDS);
    int ourCalls = Timer.inner(ours);
    int theirCalls = Timer.inner(theirs);
    double[] a = new double[samples];
    double[] b = new double[samples];
    for (int i = 0; i < samples; i++) {
      if (i % 2 == 0) {
        a[i] = Timer.time(ours, ourCalls) / ourCalls;
        b[i] = Timer.time(theirs, theirCalls) / theirCalls;
      } else {
        b[i] = Timer.time(theirs, theirCalls) / theirCalls;
        a[i] = Timer.time(ours, ourCalls) / ourCalls;
      }
    }
    double[] ratios = new double[samples];
    Arrays.setAll(ratios, i -> b[i] / a[i]);
    return String.format(
        Locale.ROOT,
        "vs %s: ratio %.2f (quarters %.2f to %.2f), ours %.2f us, peer %.2f us, %d samples in turns",
        Nd4jPeer.NAME,
        at(ratios, 0.5),
        at(ratios, 0.25),
        at(ratios, 0.75),
        at(a, 0.5) * 1e6,
        at(b, 0.5) * 1e6,
        samples);
  }

  private static double at(double[] values, double share) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[(int) (share * (sorted.length - 1))];
  }
}
