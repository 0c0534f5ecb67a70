package dev.mycel.reference;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;

/** The digamma function and its derivatives (Abramowitz and Stegun 6.3 and 6.4). */
final class Polygamma {
  /** The positive zero of digamma, as the sum of two doubles. */
  private static final double ROOT = 1.4616321449683622;

  private static final double ROOT_REST = 9.549995429965697e-17;

  private static final int ASYMPTOTIC_FROM = 10;

  /** {@code B(2k) / 2k} for k = 1, 2, ... */
  private static final double[] ASYMPTOTIC = {
    1 / 12.0,
    -1 / 120.0,
    1 / 252.0,
    -1 / 240.0,
    1 / 132.0,
    -691 / 32760.0,
    1 / 12.0,
    -3617 / 8160.0,
    43867 / 14364.0
  };

  /** Taylor coefficients of digamma about its root, where every other formula cancels. */
  private static final double[] AT_ROOT = atRoot();

  private Polygamma() {}

  private static double[] atRoot() {
    double[] c = new double[26];
    for (int k = 1; k < c.length; k++) {
      // polygamma(k) / k! is, up to sign, a zeta function.
      double zeta = Zeta.hurwitz(k + 1, ROOT);
      c[k] = k % 2 == 1 ? zeta : -zeta;
    }
    return c;
  }

  static void check(int n) {
    if (n < 0) {
      throw new ArgumentException(
          Messages.of("polygamma: the order is negative").line("order", n).text());
    }
  }

  /** Derivative of order n of digamma; poles are as in PyTorch. */
  static double polygamma(int n, double x) {
    if (n == 0) {
      return digamma(x);
    }
    double sign = n % 2 == 1 ? 1 : -1;
    if (Double.isNaN(x) || x == Double.NEGATIVE_INFINITY) {
      return Double.NaN;
    }
    if (x == Double.POSITIVE_INFINITY) {
      return sign * 0.0;
    }
    if (x <= 0 && x == Math.floor(x)) {
      return sign * Double.POSITIVE_INFINITY;
    }
    if (x >= -20) {
      return sign * term(n, x);
    }
    // The terms with negative bases run from 1 - f to -x: a difference of two sums.
    double f = x - Math.floor(x);
    double negative = term(n, 1 - f) - term(n, 1 - x);
    return sign * (term(n, f) + (n % 2 == 1 ? negative : -negative));
  }

  /** {@code n! zeta(n + 1, x)}, with the factorial and the power taken together. */
  private static double term(int n, double x) {
    double scale = 1 / x;
    for (int i = 1; i <= n; i++) {
      scale *= i / x;
    }
    return scale * Zeta.scaled(n + 1, x);
  }

  /** The logarithmic derivative of gamma: -inf at 0, inf at -0, NaN at -1, -2, ... */
  static double digamma(double x) {
    if (x == 0) {
      return Math.copySign(Double.POSITIVE_INFINITY, -x);
    }
    if (x < 0) {
      if (x == Math.floor(x)) {
        return Double.NaN;
      }
      if (x > -0.5) {
        return digamma(x + 1) - 1 / x;
      }
      double r = x - Math.rint(x);
      return digamma(1 - x) - Math.PI / Math.tan(Math.PI * r);
    }
    double d = x - ROOT - ROOT_REST;
    if (Math.abs(d) < 0.25) {
      return Polynomial.at(d, AT_ROOT);
    }
    double sum = 0;
    double w = x;
    while (w < ASYMPTOTIC_FROM) {
      sum -= 1 / w;
      w += 1;
    }
    double r = 1 / (w * w);
    return sum + (Math.log(w) - 0.5 / w - r * Polynomial.at(r, ASYMPTOTIC));
  }
}
