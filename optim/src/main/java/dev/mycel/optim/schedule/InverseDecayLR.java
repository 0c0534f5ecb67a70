package dev.mycel.optim.schedule;

/**
 * Decay as one over the time.
 *
 * <p>{@code rate(s) = learningRate / (1 + decayRate * p)}, where {@code p = s / decaySteps},
 * rounded down for a stair.
 *
 * @param learningRate the rate at step 0
 * @param decayRate how fast it falls
 * @param decaySteps steps of one decay
 * @param isStair whether the rate stays the same for {@code decaySteps} steps at a time
 */
public record InverseDecayLR(
    double learningRate, double decayRate, long decaySteps, boolean isStair)
    implements LearningRateSchedule {
  /** Checks the numbers: all of them positive. */
  public InverseDecayLR {
    Require.positive("InverseDecayLR", "learningRate", learningRate);
    Require.positive("InverseDecayLR", "decayRate", decayRate);
    Require.positive("InverseDecayLR", "decaySteps", decaySteps);
  }

  /** A rate that changes at every step. */
  public InverseDecayLR(double learningRate, double decayRate, long decaySteps) {
    this(learningRate, decayRate, decaySteps, false);
  }

  @Override
  public double at(long step) {
    return Curves.inverse(learningRate, decayRate, step, decaySteps, isStair);
  }
}
