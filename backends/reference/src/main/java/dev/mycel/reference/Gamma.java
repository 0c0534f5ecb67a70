package dev.mycel.reference;

/**
 * The logarithm of the absolute gamma function: a Taylor series about 2 (Abramowitz and Stegun
 * 6.1.33) on the middle of the line, Stirling's series (6.1.41) far out, the reflection formula
 * (6.1.17) for negative arguments.
 */
final class Gamma {
  private static final double EULER = 0.5772156649015329;
  private static final double HALF_LOG_2PI = 0.9189385332046728;
  private static final int STIRLING_FROM = 10;

  /** {@code (-1)^k (zeta(k) - 1) / k} at k; the sum starts at k = 2, and k = 1 has 1 - Euler's. */
  private static final double[] SERIES = series();

  /** {@code B(2k) / (2k (2k - 1))} for k = 1, 2, ... */
  private static final double[] STIRLING = {
    1.0 / 12,
    -1.0 / 360,
    1.0 / 1260,
    -1.0 / 1680,
    1.0 / 1188,
    -691.0 / 360360,
    1.0 / 156,
    -3617.0 / 122400,
    43867.0 / 244188
  };

  private Gamma() {}

  private static double[] series() {
    double[] c = new double[32];
    c[1] = 1 - EULER;
    for (int k = 2; k < c.length; k++) {
      // zeta(k) - 1 is the sum from 2 on.
      double zeta = Zeta.hurwitz(k, 2);
      c[k] = (k % 2 == 0 ? zeta : -zeta) / k;
    }
    return c;
  }

  /** {@code log |gamma(x)|}: infinite at 0, -1, -2, ... and at both infinities. */
  static double logAbsGamma(double x) {
    if (Double.isNaN(x)) {
      return x;
    }
    if (Double.isInfinite(x) || (x <= 0 && x == Math.floor(x))) {
      return Double.POSITIVE_INFINITY;
    }
    if (x < -0.5) {
      return Math.log(Math.PI / Math.abs(x * sinPi(x))) - logAbsGamma(-x);
    }
    if (x < 0.5) {
      return ofOnePlus(x) - Math.log(Math.abs(x));
    }
    if (x <= 1.5) {
      return ofOnePlus(x - 1);
    }
    return x < STIRLING_FROM ? middle(x) : far(x);
  }

  /** For |z| up to a half. */
  private static double ofOnePlus(double z) {
    return ofTwoPlus(z) - Math.log1p(z);
  }

  private static double ofTwoPlus(double z) {
    return Polynomial.at(z, SERIES);
  }

  private static double middle(double x) {
    double y = x;
    double product = 1;
    while (y > 2.5) {
      y -= 1;
      product *= y;
    }
    return ofTwoPlus(y - 2) + Math.log(product);
  }

  private static double far(double x) {
    double r = 1 / x;
    double correction = r * Polynomial.at(r * r, STIRLING);
    return (x - 0.5) * (Math.log(x) - 1) + (HALF_LOG_2PI - 0.5) + correction;
  }

  /** {@code sin(pi x)}, exactly zero at integers. */
  static double sinPi(double x) {
    double r = x - 2 * Math.rint(x / 2);
    if (r > 0.5) {
      r = 1 - r;
    } else if (r < -0.5) {
      r = -1 - r;
    }
    return Math.sin(Math.PI * r);
  }
}
