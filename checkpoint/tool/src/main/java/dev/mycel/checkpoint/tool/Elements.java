package dev.mycel.checkpoint.tool;

import dev.mycel.core.Scope;
import dev.mycel.core.Tensor;

/** Elements of a tensor in blocks, so that no array has all of them. */
final class Elements {
  private static final long BLOCK = 1 << 16;

  /** Takes a block. */
  interface Sink {
    /**
     * The next elements.
     *
     * @param at how many came before
     * @param count how many they are
     */
    void take(long at, long count);
  }

  private Elements() {}

  static void blocks(long size, Sink sink) {
    for (long at = 0; at < size; at += BLOCK) {
      try (Scope scope = Scope.open()) {
        sink.take(at, Math.min(BLOCK, size - at));
      }
    }
  }

  /** A part of a tensor of one axis. */
  static double[] doubles(Tensor flat, long at, long count) {
    return flat.narrow(0, at, count).toDoubleArray();
  }

  /** A part of a tensor of integers of one axis. */
  static long[] longs(Tensor flat, long at, long count) {
    return flat.narrow(0, at, count).toLongArray();
  }
}
