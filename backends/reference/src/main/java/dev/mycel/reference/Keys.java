package dev.mycel.reference;

import dev.mycel.core.spi.Buffer;

/**
 * Elements as longs in the same order, so that ordering needs one implementation for all types.
 * Both zeros get one key, and NaN the largest or the least of all longs.
 */
final class Keys {
  private Keys() {}

  /** Reads keys; {@code scratch} is overwritten for float types. */
  static void load(
      Buffer from, int at, int stride, long[] to, double[] scratch, int n, boolean nanLargest) {
    if (!from.dtype().isFloat()) {
      Elements.load(from, at, stride, to, n);
      return;
    }
    Elements.load(from, at, stride, scratch, n);
    long nan = nanLargest ? Long.MAX_VALUE : Long.MIN_VALUE;
    for (int i = 0; i < n; i++) {
      double x = scratch[i];
      // Adding zero makes a positive zero of the negative one; the low bits of a negative number
      // run against the order, so they are flipped.
      long bits = Double.doubleToRawLongBits(x + 0.0);
      to[i] = Double.isNaN(x) ? nan : bits ^ (bits >> 63 & Long.MAX_VALUE);
    }
  }
}
