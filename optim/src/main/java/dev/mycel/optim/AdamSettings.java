package dev.mycel.optim;

import dev.mycel.core.Attrs;

/** The constants that the members of the Adam family share. */
record AdamSettings(double beta1, double beta2, double eps) {
  AdamSettings withBeta1(String op, double value) {
    return new AdamSettings(Checks.insideUnit(op, "beta1", value), beta2, eps);
  }

  AdamSettings withBeta2(String op, double value) {
    return new AdamSettings(beta1, Checks.insideUnit(op, "beta2", value), eps);
  }

  AdamSettings withEps(String op, double value) {
    return new AdamSettings(beta1, beta2, Checks.positive(op, "eps", value));
  }

  Attrs.Adam attrs(double weightDecay, boolean nesterov) {
    return new Attrs.Adam(beta1, beta2, eps, weightDecay, nesterov);
  }
}
