package dev.mycel.test.bench;

import java.lang.management.ManagementFactory;
import java.util.Arrays;

/**
 * The measuring loop. A sample is as many calls in a row as last two milliseconds, divided by their
 * number; minimum and median of the samples are kept. The warm-up lasts until the JIT compiler has
 * had its time: at least three seconds and fifty calls, and until ten stretches in a row are within
 * a tenth of the fastest, but no more than twenty seconds. The compiler counts calls: a step of a
 * third of a second is still interpreted in part after ten of them, and steady.
 */
final class Timer {
  private static final double SAMPLE_SECONDS = 0.002;
  private static final double WARM_UP_SECONDS = 3;
  private static final double LONGEST_WARM_UP_SECONDS = 20;
  private static final int FEWEST_CALLS = 50;

  /**
   * What was measured.
   *
   * @param minUs microseconds of the fastest sample
   * @param medianUs microseconds of the median sample
   * @param n number of samples
   * @param inner calls in a sample
   * @param warmUpSeconds how long the warm-up took
   * @param heapBytes bytes that a call allocated on the Java heap
   */
  record Result(
      double minUs, double medianUs, int n, int inner, double warmUpSeconds, long heapBytes) {}

  private Timer() {}

  static Result measure(Runnable step, int samples) {
    return measure(step, samples, WARM_UP_SECONDS, LONGEST_WARM_UP_SECONDS);
  }

  /** Measures after a warm-up of that length and up to three times as much, 0 for the usual one. */
  static Result measure(Runnable step, int samples, double warmUp) {
    return warmUp > 0 ? measure(step, samples, warmUp, 3 * warmUp) : measure(step, samples);
  }

  /** Measures after a warm-up of so many seconds at least and at most. */
  static Result measure(Runnable step, int samples, double least, double most) {
    double warmUp = warmUp(step, least, most);
    int inner = inner(step);
    double[] times = new double[samples];
    long allocated = allocatedBytes();
    for (int s = 0; s < samples; s++) {
      times[s] = time(step, inner) / inner;
    }
    long heap = (allocatedBytes() - allocated) / ((long) samples * inner);
    Arrays.sort(times);
    return new Result(times[0] * 1e6, times[samples / 2] * 1e6, samples, inner, warmUp, heap);
  }

  /** Runs the step until its time is steady; gives the seconds that took. */
  static double warmUp(Runnable step, double least, double most) {
    long start = System.nanoTime();
    double fastest = Double.MAX_VALUE;
    int steady = 0;
    long all = 0;
    while (true) {
      double elapsed = (System.nanoTime() - start) / 1e9;
      if (elapsed > most || (elapsed > least && steady >= 10 && all >= FEWEST_CALLS)) {
        return elapsed;
      }
      long stretch = System.nanoTime();
      int calls = 0;
      while (System.nanoTime() - stretch < 20_000_000) {
        step.run();
        calls++;
      }
      all += calls;
      double per = (System.nanoTime() - stretch) / 1e9 / calls;
      steady = per < 1.1 * fastest ? steady + 1 : 0;
      fastest = Math.min(fastest, per);
    }
  }

  /** How many calls a sample needs. */
  static int inner(Runnable step) {
    int inner = 1;
    while (time(step, inner) < SAMPLE_SECONDS && inner < 1 << 20) {
      inner *= 2;
    }
    return inner;
  }

  /** Seconds that so many calls take. */
  static double time(Runnable step, int calls) {
    long start = System.nanoTime();
    for (int i = 0; i < calls; i++) {
      step.run();
    }
    return (System.nanoTime() - start) / 1e9;
  }

  private static long allocatedBytes() {
    return ManagementFactory.getThreadMXBean() instanceof com.sun.management.ThreadMXBean t
        ? t.getCurrentThreadAllocatedBytes()
        : 0;
  }
}
