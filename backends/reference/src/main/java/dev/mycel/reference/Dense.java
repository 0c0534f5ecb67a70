package dev.mycel.reference;

/** Inner loops over arrays of double. */
final class Dense {
  private Dense() {}

  /** {@code y += a * x} over strided stretches. */
  static void axpy(
      double a, double[] x, int from, int step, double[] y, int to, int toStep, int n) {
    if (step == 1 && toStep == 1) {
      for (int i = 0; i < n; i++) {
        y[to + i] += a * x[from + i];
      }
    } else {
      for (int i = 0; i < n; i++) {
        y[to + i * toStep] += a * x[from + i * step];
      }
    }
  }

  /** The sum of products of two strided stretches. */
  static double dot(double[] x, int from, int step, double[] y, int at, int n) {
    double sum = 0;
    for (int i = 0; i < n; i++) {
      sum += x[from + i * step] * y[at + i];
    }
    return sum;
  }
}
