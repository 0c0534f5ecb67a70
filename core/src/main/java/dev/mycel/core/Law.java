package dev.mycel.core;

/**
 * Distributions whose numbers are a function of random bits that all backends must compute alike,
 * to the last bit, or that take a different count of random bits for each element. Drawn by {@link
 * Prims#RANDOM_SAMPLE}.
 */
public enum Law {
  /** Exponential of rate 1, in [0, infinity). */
  EXPONENTIAL,
  /** Laplace around 0 of scale 1. */
  LAPLACE,
  /** Gumbel at 0 of scale 1. */
  GUMBEL,
  /** Standard normal, given that it lies between two bounds: lower and upper. */
  TRUNCATED_NORMAL,
  /** Gamma of scale 1: its shape parameter. */
  GAMMA,
  /** Poisson: its rate. */
  POISSON;

  /** How many parameters there are for each element. */
  public int parameters() {
    return switch (this) {
      case EXPONENTIAL, LAPLACE, GUMBEL -> 0;
      case GAMMA, POISSON -> 1;
      case TRUNCATED_NORMAL -> 2;
    };
  }

  /** What a parameter is called. */
  public String parameter(int index) {
    return switch (this) {
      case TRUNCATED_NORMAL -> index == 0 ? "lower" : "upper";
      case GAMMA -> "alpha";
      case POISSON -> "rate";
      case EXPONENTIAL, LAPLACE, GUMBEL ->
          throw new ArgumentException(this + ": it has no parameter " + index);
    };
  }

  /**
   * Draws elements {@code first, first + 1, ...}; NaN where the parameters belong to no
   * distribution.
   *
   * @param key the Philox key
   * @param counter the draw's counter
   * @param first index of the first element in the whole draw
   * @param parameters for each parameter its values at these elements
   * @param out receives the numbers
   */
  public void draw(long key, long counter, long first, double[][] parameters, double[] out) {
    ElementStream bits = new ElementStream(key, counter);
    for (int i = 0; i < out.length; i++) {
      bits.at(first + i);
      out[i] =
          switch (this) {
            case EXPONENTIAL -> -StrictMath.log1p(-bits.unit());
            case LAPLACE -> laplace(bits.open());
            case GUMBEL -> -StrictMath.log(-StrictMath.log(bits.open()));
            case TRUNCATED_NORMAL ->
                Rejection.truncatedNormal(bits, parameters[0][i], parameters[1][i]);
            case GAMMA -> Rejection.gamma(bits, parameters[0][i]);
            case POISSON -> Rejection.poisson(bits, parameters[0][i]);
          };
    }
  }

  /** By the inverse of the distribution function, from whichever end is nearer. */
  private static double laplace(double u) {
    return u < 0.5 ? StrictMath.log(2 * u) : -StrictMath.log(2 * (1 - u));
  }
}
