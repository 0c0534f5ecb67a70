package dev.mycel.core;

/**
 * Distributions drawn by rejection, each element from its own stream. Parameters that belong to no
 * distribution give NaN.
 */
final class Rejection {
  /** Where the count of uniform numbers that Knuth's method takes outgrows Hoermann's constant. */
  private static final double LARGE_RATE = 10;

  /** Beyond this many deviations a normal tail is an exponential one in all bits of a double. */
  private static final double FAR_TAIL = 1e8;

  private static final double ROOT_TWO_PI = 2.5066282746310002;
  private static final double HALF_LOG_TWO_PI = 0.9189385332046728;

  private Rejection() {}

  /**
   * A gamma number of scale 1. Marsaglia and Tsang, <i>A simple method for generating gamma
   * variables</i>, ACM TOMS 26 (2000); below 1 by their {@code gamma(alpha + 1) u^(1 / alpha)}.
   */
  static double gamma(ElementStream bits, double alpha) {
    if (!(alpha > 0) || alpha == Double.POSITIVE_INFINITY) {
      return Double.NaN;
    }
    if (alpha < 1) {
      double larger = gammaFromOne(bits, alpha + 1);
      return larger * StrictMath.pow(bits.open(), 1 / alpha);
    }
    return gammaFromOne(bits, alpha);
  }

  private static double gammaFromOne(ElementStream bits, double alpha) {
    double d = alpha - 1.0 / 3;
    double c = 1 / StrictMath.sqrt(9 * d);
    while (true) {
      double x = bits.normal();
      double root = 1 + c * x;
      double u = bits.open();
      if (root > 0) {
        double v = root * root * root;
        if (StrictMath.log(u) < 0.5 * x * x + d - d * v + d * StrictMath.log(v)) {
          return d * v;
        }
      }
    }
  }

  /**
   * A Poisson number: by products of uniform numbers (Knuth, <i>Seminumerical Algorithms</i>,
   * 3.4.1) for small rates, else by Hoermann's PTRS (<i>The transformed rejection method for
   * generating Poisson random variables</i>, Insurance: Mathematics and Economics 12, 1993).
   */
  static double poisson(ElementStream bits, double rate) {
    if (!(rate >= 0) || rate == Double.POSITIVE_INFINITY) {
      return Double.NaN;
    }
    if (rate >= LARGE_RATE) {
      return transformed(bits, rate);
    }
    double least = StrictMath.exp(-rate);
    int count = 0;
    for (double product = bits.open(); product > least; product *= bits.open()) {
      count++;
    }
    return count;
  }

  private static double transformed(ElementStream bits, double rate) {
    double log = StrictMath.log(rate);
    double b = 0.931 + 2.53 * StrictMath.sqrt(rate);
    double a = -0.059 + 0.02483 * b;
    double inverse = 1.1239 + 1.1328 / (b - 3.4);
    double sure = 0.9277 - 3.6224 / (b - 2);
    while (true) {
      double u = bits.open() - 0.5;
      double v = bits.open();
      double edge = 0.5 - Math.abs(u);
      double k = Math.floor((2 * a / edge + b) * u + rate + 0.43);
      if (edge >= 0.07 && v <= sure) {
        return k;
      }
      if (k < 0 || edge < 0.013 && v > edge) {
        continue;
      }
      double left = StrictMath.log(v * inverse / (a / (edge * edge) + b));
      if (left <= k * log - rate - logFactorial(k)) {
        return k;
      }
    }
  }

  /** log(k!) for whole k, by Stirling's series from 10 on. */
  static double logFactorial(double k) {
    if (k < 10) {
      double product = 1;
      for (int i = 2; i <= k; i++) {
        product *= i;
      }
      return StrictMath.log(product);
    }
    double x = k + 1;
    double square = 1 / (x * x);
    double series = (1.0 / 12 - square * (1.0 / 360 - square * (1.0 / 1260 - square / 1680))) / x;
    return (x - 0.5) * StrictMath.log(x) - x + HALF_LOG_TWO_PI + series;
  }

  /**
   * A standard normal number between two bounds. Robert, <i>Simulation of truncated normal
   * variables</i>, Statistics and Computing 5 (1995): from the normal, a uniform or a shifted
   * exponential distribution, whichever accepts often.
   */
  static double truncatedNormal(ElementStream bits, double low, double high) {
    if (!(low < high) || low == Double.POSITIVE_INFINITY || high == Double.NEGATIVE_INFINITY) {
      return low == high ? low : Double.NaN;
    }
    if (low > 0) {
      return tail(bits, low, high);
    }
    if (high < 0) {
      return -tail(bits, -high, -low);
    }
    if (high - low > ROOT_TWO_PI) {
      double x = bits.normal();
      while (x < low || x > high) {
        x = bits.normal();
      }
      return x;
    }
    return overUniform(bits, low, high, 0);
  }

  /** From a uniform proposal; the density between the bounds is largest at {@code nearest}. */
  private static double overUniform(ElementStream bits, double low, double high, double nearest) {
    while (true) {
      double x = low + (high - low) * bits.unit();
      if (bits.unit() <= StrictMath.exp((nearest - x) * (nearest + x) / 2)) {
        return x;
      }
    }
  }

  private static double tail(ElementStream bits, double low, double high) {
    if (low > FAR_TAIL) {
      return Math.min(high, low - StrictMath.log(bits.open()) / low);
    }
    double root = StrictMath.sqrt(low * low + 4);
    double wide = 2 / (low + root) * StrictMath.exp(0.5 - low / (low + root));
    if (high < low + wide) {
      return overUniform(bits, low, high, low);
    }
    double rate = (low + root) / 2;
    while (true) {
      double x = low - StrictMath.log(bits.open()) / rate;
      double off = x - rate;
      if (bits.unit() <= StrictMath.exp(-off * off / 2) && x <= high) {
        return x;
      }
    }
  }
}
