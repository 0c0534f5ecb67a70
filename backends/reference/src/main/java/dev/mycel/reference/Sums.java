package dev.mycel.reference;

import dev.mycel.core.DType;
import dev.mycel.core.Layout;
import dev.mycel.core.spi.Buffer;

/** Sums at chosen places, in double for floats and in long for the other types. */
final class Sums {
  private final double[] floats;
  private final long[] integers;
  private final boolean isFloat;

  private Sums(boolean isFloat, int n) {
    this.isFloat = isFloat;
    floats = new double[isFloat ? n : 0];
    integers = new long[isFloat ? 0 : n];
  }

  /** That many zeros. */
  static Sums of(DType dtype, int n) {
    return new Sums(dtype.isFloat(), n);
  }

  /** Adds element i of a layout to sum {@code places[i]}; a negative place is left out. */
  void add(Buffer from, Layout layout, int[] places) {
    if (isFloat) {
      double[] values = Elements.doubles(from, layout);
      for (int i = 0; i < values.length; i++) {
        if (places[i] >= 0) {
          floats[places[i]] += values[i];
        }
      }
    } else {
      long[] values = Elements.longs(from, layout);
      for (int i = 0; i < values.length; i++) {
        if (places[i] >= 0) {
          integers[places[i]] += values[i];
        }
      }
    }
  }

  /** Writes all sums from a place of a row-major buffer on. */
  void store(Buffer to, int at) {
    if (isFloat) {
      Elements.store(to, at, 1, floats, floats.length);
    } else {
      Elements.store(to, at, 1, integers, integers.length);
    }
  }
}
