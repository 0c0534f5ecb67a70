package dev.mycel.reference;

import dev.mycel.core.DType;
import dev.mycel.core.DTypeException;
import dev.mycel.core.HalfPrecision;
import dev.mycel.core.Layout;
import dev.mycel.core.Messages;
import dev.mycel.core.spi.Buffer;

/**
 * Reads stretches of elements as double (the four float types, exactly) or long (bool as 0 and 1,
 * integers, exactly), and writes them back with one rounding, or modulo the width of an integer.
 */
final class Elements {
  private Elements() {}

  /** Reads floats. */
  static void load(Buffer from, int at, int stride, double[] to, int n) {
    switch (from.dtype()) {
      case FLOAT64 -> {
        double[] a = (double[]) from.array();
        if (stride == 1) {
          System.arraycopy(a, at, to, 0, n);
        } else {
          for (int i = 0; i < n; i++) {
            to[i] = a[at + i * stride];
          }
        }
      }
      case FLOAT32 -> loadFloats((float[]) from.array(), at, stride, to, n);
      case FLOAT16 -> {
        short[] a = (short[]) from.array();
        for (int i = 0; i < n; i++) {
          to[i] = HalfPrecision.fromFloat16(a[at + i * stride]);
        }
      }
      case BFLOAT16 -> {
        short[] a = (short[]) from.array();
        for (int i = 0; i < n; i++) {
          to[i] = HalfPrecision.fromBfloat16(a[at + i * stride]);
        }
      }
      default -> throw wrongType("floating-point", from.dtype());
    }
  }

  private static void loadFloats(float[] a, int at, int stride, double[] to, int n) {
    if (stride == 1) {
      for (int i = 0; i < n; i++) {
        to[i] = a[at + i];
      }
    } else {
      for (int i = 0; i < n; i++) {
        to[i] = a[at + i * stride];
      }
    }
  }

  /** Reads bool or integers. */
  static void load(Buffer from, int at, int stride, long[] to, int n) {
    switch (from.dtype()) {
      case BOOL, UINT8, INT8 -> loadBytes(from, at, stride, to, n);
      case INT16 -> {
        short[] a = (short[]) from.array();
        for (int i = 0; i < n; i++) {
          to[i] = a[at + i * stride];
        }
      }
      case INT32 -> {
        int[] a = (int[]) from.array();
        for (int i = 0; i < n; i++) {
          to[i] = a[at + i * stride];
        }
      }
      case INT64 -> {
        long[] a = (long[]) from.array();
        for (int i = 0; i < n; i++) {
          to[i] = a[at + i * stride];
        }
      }
      default -> throw wrongType("bool or integer", from.dtype());
    }
  }

  private static void loadBytes(Buffer from, int at, int stride, long[] to, int n) {
    byte[] a = (byte[]) from.array();
    for (int i = 0; i < n; i++) {
      to[i] = a[at + i * stride];
    }
    if (from.dtype() == DType.UINT8) {
      for (int i = 0; i < n; i++) {
        to[i] &= 0xFF;
      }
    } else if (from.dtype() == DType.BOOL) {
      for (int i = 0; i < n; i++) {
        to[i] = to[i] != 0 ? 1 : 0;
      }
    }
  }

  /** All elements of a float layout over a buffer's storage, row-major. */
  static double[] doubles(Buffer from, Layout layout) {
    double[] all = new double[Math.toIntExact(layout.shape().size())];
    double[] some = new double[Math.min(Rows.CHUNK, all.length)];
    Rows rows = Rows.over(layout.shape(), layout);
    while (rows.next()) {
      load(from, rows.at(0), rows.stride(0), some, rows.count());
      System.arraycopy(some, 0, all, rows.position(), rows.count());
    }
    return all;
  }

  /** All elements of an integer layout over a buffer's storage, row-major. */
  static long[] longs(Buffer from, Layout layout) {
    long[] all = new long[Math.toIntExact(layout.shape().size())];
    long[] some = new long[Math.min(Rows.CHUNK, all.length)];
    Rows rows = Rows.over(layout.shape(), layout);
    while (rows.next()) {
      load(from, rows.at(0), rows.stride(0), some, rows.count());
      System.arraycopy(some, 0, all, rows.position(), rows.count());
    }
    return all;
  }

  /**
   * Writes doubles: rounded once to a float type, towards zero and saturating to an integer type
   * (NaN to 0), and as "is not zero" to bool.
   */
  static void store(Buffer to, int at, int stride, double[] from, int n) {
    switch (to.dtype()) {
      case FLOAT64 -> {
        double[] a = (double[]) to.array();
        for (int i = 0; i < n; i++) {
          a[at + i * stride] = from[i];
        }
      }
      case FLOAT32 -> storeFloats((float[]) to.array(), at, stride, from, n);
      case FLOAT16 -> {
        short[] a = (short[]) to.array();
        for (int i = 0; i < n; i++) {
          a[at + i * stride] = HalfPrecision.toFloat16(from[i]);
        }
      }
      case BFLOAT16 -> {
        short[] a = (short[]) to.array();
        for (int i = 0; i < n; i++) {
          a[at + i * stride] = HalfPrecision.toBfloat16(from[i]);
        }
      }
      default -> {
        long[] whole = new long[n];
        saturate(to.dtype(), from, whole, n);
        store(to, at, stride, whole, n);
      }
    }
  }

  private static void storeFloats(float[] a, int at, int stride, double[] from, int n) {
    if (stride == 1) {
      for (int i = 0; i < n; i++) {
        a[at + i] = (float) from[i];
      }
    } else {
      for (int i = 0; i < n; i++) {
        a[at + i * stride] = (float) from[i];
      }
    }
  }

  private static void saturate(DType dtype, double[] from, long[] to, int n) {
    if (dtype == DType.BOOL) {
      for (int i = 0; i < n; i++) {
        to[i] = from[i] != 0 ? 1 : 0;
      }
      return;
    }
    long least = least(dtype);
    long largest = -1 - least;
    if (dtype == DType.UINT8) {
      largest = 255;
    }
    for (int i = 0; i < n; i++) {
      // The language's own conversion goes towards zero, saturates, and takes NaN to 0.
      to[i] = Math.max(least, Math.min(largest, (long) from[i]));
    }
  }

  /** The least value of bool or an integer type. */
  static long least(DType dtype) {
    return switch (dtype) {
      case INT8 -> Byte.MIN_VALUE;
      case INT16 -> Short.MIN_VALUE;
      case INT32 -> Integer.MIN_VALUE;
      case INT64 -> Long.MIN_VALUE;
      case BOOL, UINT8 -> 0;
      default -> throw wrongType("bool or integer", dtype);
    };
  }

  /**
   * Writes longs: their low bits to an integer type, rounded once to a float type, and as "is not
   * zero" to bool.
   */
  static void store(Buffer to, int at, int stride, long[] from, int n) {
    switch (to.dtype()) {
      case BOOL -> {
        byte[] a = (byte[]) to.array();
        for (int i = 0; i < n; i++) {
          a[at + i * stride] = (byte) (from[i] != 0 ? 1 : 0);
        }
      }
      case UINT8, INT8 -> {
        byte[] a = (byte[]) to.array();
        for (int i = 0; i < n; i++) {
          a[at + i * stride] = (byte) from[i];
        }
      }
      case INT16 -> {
        short[] a = (short[]) to.array();
        for (int i = 0; i < n; i++) {
          a[at + i * stride] = (short) from[i];
        }
      }
      case INT32 -> {
        int[] a = (int[]) to.array();
        for (int i = 0; i < n; i++) {
          a[at + i * stride] = (int) from[i];
        }
      }
      case INT64 -> {
        long[] a = (long[]) to.array();
        for (int i = 0; i < n; i++) {
          a[at + i * stride] = from[i];
        }
      }
      default -> storeAsFloats(to, at, stride, from, n);
    }
  }

  private static void storeAsFloats(Buffer to, int at, int stride, long[] from, int n) {
    switch (to.dtype()) {
      case FLOAT32 -> {
        float[] a = (float[]) to.array();
        for (int i = 0; i < n; i++) {
          a[at + i * stride] = (float) from[i];
        }
      }
      case FLOAT64 -> {
        double[] a = (double[]) to.array();
        for (int i = 0; i < n; i++) {
          a[at + i * stride] = (double) from[i];
        }
      }
      case FLOAT16 -> {
        short[] a = (short[]) to.array();
        for (int i = 0; i < n; i++) {
          a[at + i * stride] = HalfPrecision.toFloat16(odd(from[i]));
        }
      }
      case BFLOAT16 -> {
        short[] a = (short[]) to.array();
        for (int i = 0; i < n; i++) {
          a[at + i * stride] = HalfPrecision.toBfloat16(odd(from[i]));
        }
      }
      default -> throw wrongType("floating-point", to.dtype());
    }
  }

  /** The long as double, rounded to odd, so that the rounding to fewer bits stays the only one. */
  private static double odd(long value) {
    double nearest = (double) value;
    // 2^63 casts back to a long that is one less; it is even and must move down all the same.
    boolean exact = nearest != 0x1p63 && (long) nearest == value;
    if (exact || (Double.doubleToRawLongBits(nearest) & 1) == 1) {
      return nearest;
    }
    boolean above = nearest == 0x1p63 || (long) nearest > value;
    return above ? Math.nextDown(nearest) : Math.nextUp(nearest);
  }

  private static DTypeException wrongType(String wanted, DType found) {
    return new DTypeException(
        Messages.of("reference kernel: the elements are not of a " + wanted + " type")
            .line("found", found)
            .text());
  }
}
