package dev.mycel.reference;

/**
 * Hurwitz's zeta function {@code sum over k of (x + k)^-s} for integers s above 1, by the
 * Euler-Maclaurin formula (as in Cephes, {@code zeta.c}).
 */
final class Zeta {
  /** {@code B(2j) / (2j)!} for j = 1, 2, ... */
  private static final double[] BERNOULLI = {
    1 / 12.0,
    -1 / 720.0,
    1 / 30240.0,
    -1 / 1209600.0,
    1 / 47900160.0,
    -691 / 1307674368000.0,
    1 / 74724249600.0,
    -3617 / 10670622842880000.0,
    43867 / 5.109094217170944e18,
    -174611 / 8.028576626982912e20,
    77683 / 1.4101100039391804e22,
    -236364091 / 1.6938241367317436e27
  };

  private Zeta() {}

  /** {@code sum of (x + k)^-s}, for x that is no pole. */
  static double hurwitz(int s, double x) {
    return scaled(s, x) * Math.pow(x, -s);
  }

  /**
   * {@code sum of (x / (x + k))^s}, which neither overflows nor underflows where the sum itself
   * would. The number of terms grows with -x and with s.
   */
  static double scaled(int s, double x) {
    double sum = 0;
    double w = x;
    while (w < s + 15) {
      sum += Math.pow(x / w, s);
      w += 1;
    }
    double tail = w / (s - 1) + 0.5;
    double factor = s / w;
    for (int j = 0; j < BERNOULLI.length; j++) {
      tail += BERNOULLI[j] * factor;
      factor *= (s + 2 * j + 1) / w * ((s + 2 * j + 2) / w);
    }
    return sum + Math.pow(x / w, s) * tail;
  }
}
