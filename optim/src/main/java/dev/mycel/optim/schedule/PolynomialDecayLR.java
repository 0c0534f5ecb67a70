package dev.mycel.optim.schedule;

/**
 * Decay along a power.
 *
 * <p>{@code rate(s) = (learningRate - endLearningRate) * (1 - min(s, d) / d) ^ power +
 * endLearningRate}, where {@code d} is {@code decaySteps}, multiplied by {@code max(ceil(s /
 * decaySteps), 1)} if {@code updateDecaySteps}.
 *
 * @param learningRate the rate at step 0
 * @param endLearningRate the rate at the end, not negative
 * @param decaySteps steps from one to the other
 * @param power the exponent
 * @param updateDecaySteps whether the decay starts again, ever longer, where it has ended
 */
public record PolynomialDecayLR(
    double learningRate,
    double endLearningRate,
    long decaySteps,
    double power,
    boolean updateDecaySteps)
    implements LearningRateSchedule {
  /** Checks the numbers. */
  public PolynomialDecayLR {
    Require.positive("PolynomialDecayLR", "learningRate", learningRate);
    Require.nonNegative("PolynomialDecayLR", "endLearningRate", endLearningRate);
    Require.positive("PolynomialDecayLR", "decaySteps", decaySteps);
    Require.positive("PolynomialDecayLR", "power", power);
  }

  /** A decay that stays at its end. */
  public PolynomialDecayLR(
      double learningRate, double endLearningRate, long decaySteps, double power) {
    this(learningRate, endLearningRate, decaySteps, power, false);
  }

  @Override
  public double at(long step) {
    return Curves.polynomial(
        learningRate, endLearningRate, step, decaySteps, power, updateDecaySteps);
  }
}
