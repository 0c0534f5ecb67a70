package dev.mycel.onednn;

/**
 * The steps of Winograd's transforms, over the first elements of arrays. Each is one short loop of
 * its own, because that is what Java 17 makes vector instructions of.
 */
final class WinogradLoops {
  private WinogradLoops() {}

  /** {@code a + b}. */
  static void add(float[] a, float[] b, float[] to, int count) {
    for (int i = 0; i < count; i++) {
      to[i] = a[i] + b[i];
    }
  }

  /** {@code a - b}. */
  static void subtract(float[] a, float[] b, float[] to, int count) {
    for (int i = 0; i < count; i++) {
      to[i] = a[i] - b[i];
    }
  }

  /** {@code a + b + c}. */
  static void add(float[] a, float[] b, float[] c, float[] to, int count) {
    for (int i = 0; i < count; i++) {
      to[i] = a[i] + b[i] + c[i];
    }
  }

  /** {@code a - b - c}. */
  static void subtract(float[] a, float[] b, float[] c, float[] to, int count) {
    for (int i = 0; i < count; i++) {
      to[i] = a[i] - b[i] - c[i];
    }
  }

  /** {@code (a + b + c) / 2}. */
  static void halfSum(float[] a, float[] b, float[] c, float[] to, int count) {
    for (int i = 0; i < count; i++) {
      to[i] = 0.5f * (a[i] + c[i] + b[i]);
    }
  }

  /** {@code (a - b + c) / 2}. */
  static void halfAlternating(float[] a, float[] b, float[] c, float[] to, int count) {
    for (int i = 0; i < count; i++) {
      to[i] = 0.5f * (a[i] + c[i] - b[i]);
    }
  }

  /** {@code (a - b) / 2}. */
  static void halfDifference(float[] a, float[] b, float[] to, int count) {
    for (int i = 0; i < count; i++) {
      to[i] = 0.5f * (a[i] - b[i]);
    }
  }

  /** {@code a + (b + c) / 2}. */
  static void addHalf(float[] a, float[] b, float[] c, float[] to, int count) {
    for (int i = 0; i < count; i++) {
      to[i] = a[i] + 0.5f * (b[i] + c[i]);
    }
  }

  /** {@code (b + c) / 2 - a}. */
  static void halfLess(float[] a, float[] b, float[] c, float[] to, int count) {
    for (int i = 0; i < count; i++) {
      to[i] = 0.5f * (b[i] + c[i]) - a[i];
    }
  }

  /** Makes NaN of each element of {@code doubt} whose neighbour in {@code a} is not finite. */
  static void look(float[] a, float[] doubt, int count) {
    for (int i = 0; i < count; i++) {
      doubt[i] += a[i] * 0f;
    }
  }

  /** Whether {@link #look} has seen finite numbers only. */
  static boolean isClear(float[] doubt) {
    float sum = 0;
    for (float d : doubt) {
      sum += d;
    }
    return sum == 0;
  }
}
