package dev.mycel.onednn;

/**
 * Hyperbolic tangents and sigmoids of float32 in place, in loops that become vector instructions:
 * no branch, no call, no integers, and no two places of one array.
 */
final class GateMath {
  /** Beyond it float32's tangent differs from one by less than its rounding. */
  private static final float BOUND = 8;

  // x P(x^2) / Q(x^2), fitted to tanh on [-8, 8] by weighted least squares until the largest
  // relative error was level: 6.5e-9 before rounding, 3.7e-7 with all roundings of float32, 3.4e-7
  // where each step rounds once.
  private static final float P1 = 0.13444498f;
  private static final float P2 = 0.0035715976f;
  private static final float P3 = 0.000021894653f;
  private static final float P4 = 1.5230405E-8f;
  private static final float Q1 = 0.46777824f;
  private static final float Q2 = 0.02616444f;
  private static final float Q3 = 0.0003411291f;
  private static final float Q4 = 8.522442E-7f;

  /**
   * Whether {@link Math#fma} is an instruction for sure. Where it is none it works with decimal
   * numbers, a thousand times slower.
   */
  private static final boolean FUSED = Dnnl.hasAvx512();

  private GateMath() {}

  /** {@code a * b + c}, rounded once where the chip can, which takes a fifth less of a loop. */
  private static float fma(float a, float b, float c) {
    return FUSED ? Math.fma(a, b, c) : a * b + c;
  }

  /** Hyperbolic tangents. */
  static void tanh(float[] a) {
    for (int i = 0; i < a.length; i++) {
      float x = Math.max(-BOUND, Math.min(BOUND, a[i]));
      float u = x * x;
      float p = fma(fma(fma(fma(P4, u, P3), u, P2), u, P1), u, 1);
      float q = fma(fma(fma(fma(Q4, u, Q3), u, Q2), u, Q1), u, 1);
      a[i] = x * p / q;
    }
  }

  /** Sigmoids: {@code (1 + tanh(x / 2)) / 2}. */
  static void sigmoid(float[] a) {
    for (int i = 0; i < a.length; i++) {
      float x = Math.max(-BOUND, Math.min(BOUND, 0.5f * a[i]));
      float u = x * x;
      float p = fma(fma(fma(fma(P4, u, P3), u, P2), u, P1), u, 1);
      float q = fma(fma(fma(fma(Q4, u, Q3), u, Q2), u, Q1), u, 1);
      a[i] = fma(x * p / q, 0.5f, 0.5f);
    }
  }

  /** Adds an array to another one of its length. */
  static void add(float[] to, float[] more) {
    for (int i = 0; i < to.length; i++) {
      to[i] += more[i];
    }
  }
}
