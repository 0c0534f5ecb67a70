package dev.mycel.reference;

/** Evaluates polynomials. */
final class Polynomial {
  private Polynomial() {}

  /** {@code c[0] + c[1] x + c[2] x^2 + ...}, by Horner's rule. */
  static double at(double x, double... c) {
    double sum = c[c.length - 1];
    for (int i = c.length - 2; i >= 0; i--) {
      sum = sum * x + c[i];
    }
    return sum;
  }
}
