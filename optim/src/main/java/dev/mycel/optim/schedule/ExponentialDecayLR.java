package dev.mycel.optim.schedule;

/**
 * Exponential decay.
 *
 * <p>{@code rate(s) = learningRate * decayRate ^ p}, where {@code p = s / decaySteps}, rounded down
 * for a stair.
 *
 * @param learningRate the rate at step 0
 * @param decayRate how fast it falls
 * @param decaySteps steps of one decay
 * @param isStair whether the rate stays the same for {@code decaySteps} steps at a time
 */
public record ExponentialDecayLR(
    double learningRate, double decayRate, long decaySteps, boolean isStair)
    implements LearningRateSchedule {
  /** Checks the numbers: all of them positive. */
  public ExponentialDecayLR {
    Require.positive("ExponentialDecayLR", "learningRate", learningRate);
    Require.positive("ExponentialDecayLR", "decayRate", decayRate);
    Require.positive("ExponentialDecayLR", "decaySteps", decaySteps);
  }

  /** A rate that changes at every step. */
  public ExponentialDecayLR(double learningRate, double decayRate, long decaySteps) {
    this(learningRate, decayRate, decaySteps, false);
  }

  @Override
  public double at(long step) {
    return Curves.exponential(learningRate, decayRate, step, decaySteps, isStair);
  }
}
