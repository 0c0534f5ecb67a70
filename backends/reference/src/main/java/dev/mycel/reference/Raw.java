package dev.mycel.reference;

import java.util.Arrays;

/** Moves elements between arrays of one type without looking at their values. */
final class Raw {
  private Raw() {}

  /** Copies a strided stretch. */
  static void copy(Object src, int from, int step, Object dst, int to, int toStep, int n) {
    if (step == 1 && toStep == 1) {
      System.arraycopy(src, from, dst, to, n);
    } else if (src instanceof float[] s) {
      float[] d = (float[]) dst;
      for (int i = 0; i < n; i++) {
        d[to + i * toStep] = s[from + i * step];
      }
    } else if (src instanceof double[] s) {
      double[] d = (double[]) dst;
      for (int i = 0; i < n; i++) {
        d[to + i * toStep] = s[from + i * step];
      }
    } else if (src instanceof long[] s) {
      long[] d = (long[]) dst;
      for (int i = 0; i < n; i++) {
        d[to + i * toStep] = s[from + i * step];
      }
    } else if (src instanceof int[] s) {
      int[] d = (int[]) dst;
      for (int i = 0; i < n; i++) {
        d[to + i * toStep] = s[from + i * step];
      }
    } else if (src instanceof short[] s) {
      short[] d = (short[]) dst;
      for (int i = 0; i < n; i++) {
        d[to + i * toStep] = s[from + i * step];
      }
    } else {
      byte[] s = (byte[]) src;
      byte[] d = (byte[]) dst;
      for (int i = 0; i < n; i++) {
        d[to + i * toStep] = s[from + i * step];
      }
    }
  }

  /** Copies the elements at {@code from + step * places[i]}; a negative place is left out. */
  static void gather(
      Object src, int from, int step, int[] places, Object dst, int to, int toStep, int n) {
    if (src instanceof float[] s) {
      float[] d = (float[]) dst;
      for (int i = 0; i < n; i++) {
        if (places[i] >= 0) {
          d[to + i * toStep] = s[from + step * places[i]];
        }
      }
    } else if (src instanceof double[] s) {
      double[] d = (double[]) dst;
      for (int i = 0; i < n; i++) {
        if (places[i] >= 0) {
          d[to + i * toStep] = s[from + step * places[i]];
        }
      }
    } else if (src instanceof long[] s) {
      long[] d = (long[]) dst;
      for (int i = 0; i < n; i++) {
        if (places[i] >= 0) {
          d[to + i * toStep] = s[from + step * places[i]];
        }
      }
    } else {
      gatherSmall(src, from, step, places, dst, to, toStep, n);
    }
  }

  private static void gatherSmall(
      Object src, int from, int step, int[] places, Object dst, int to, int toStep, int n) {
    if (src instanceof int[] s) {
      int[] d = (int[]) dst;
      for (int i = 0; i < n; i++) {
        if (places[i] >= 0) {
          d[to + i * toStep] = s[from + step * places[i]];
        }
      }
    } else if (src instanceof short[] s) {
      short[] d = (short[]) dst;
      for (int i = 0; i < n; i++) {
        if (places[i] >= 0) {
          d[to + i * toStep] = s[from + step * places[i]];
        }
      }
    } else {
      byte[] s = (byte[]) src;
      byte[] d = (byte[]) dst;
      for (int i = 0; i < n; i++) {
        if (places[i] >= 0) {
          d[to + i * toStep] = s[from + step * places[i]];
        }
      }
    }
  }

  /** Overwrites the elements where the flag is not zero. */
  static void overwrite(long[] flags, Object src, int from, int step, Object dst, int to, int n) {
    int i = 0;
    while (i < n) {
      // Runs of equal flags go as one stretch.
      int run = i;
      while (run < n && flags[run] != 0) {
        run++;
      }
      if (run > i) {
        copy(src, from + i * step, step, dst, to + i, 1, run - i);
        i = run;
      } else {
        i++;
      }
    }
  }

  /** Repeats the first element of an array all over it. */
  static void repeatFirst(Object array) {
    if (array instanceof float[] a) {
      Arrays.fill(a, a.length == 0 ? 0 : a[0]);
    } else if (array instanceof double[] a) {
      Arrays.fill(a, a.length == 0 ? 0 : a[0]);
    } else if (array instanceof long[] a) {
      Arrays.fill(a, a.length == 0 ? 0 : a[0]);
    } else if (array instanceof int[] a) {
      Arrays.fill(a, a.length == 0 ? 0 : a[0]);
    } else if (array instanceof short[] a) {
      Arrays.fill(a, a.length == 0 ? (short) 0 : a[0]);
    } else {
      byte[] a = (byte[]) array;
      Arrays.fill(a, a.length == 0 ? (byte) 0 : a[0]);
    }
  }
}
