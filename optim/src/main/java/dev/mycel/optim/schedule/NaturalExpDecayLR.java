package dev.mycel.optim.schedule;

/**
 * Decay by a power of e.
 *
 * <p>{@code rate(s) = learningRate * e ^ (-decayRate * s)}; for a stair {@code s} is rounded down
 * to a multiple of {@code decaySteps}, which is not used otherwise.
 *
 * @param learningRate the rate at step 0
 * @param decayRate how fast it falls
 * @param decaySteps steps of one decay
 * @param isStair whether the rate stays the same for {@code decaySteps} steps at a time
 */
public record NaturalExpDecayLR(
    double learningRate, double decayRate, long decaySteps, boolean isStair)
    implements LearningRateSchedule {
  /** Checks the numbers: all of them positive. */
  public NaturalExpDecayLR {
    Require.positive("NaturalExpDecayLR", "learningRate", learningRate);
    Require.positive("NaturalExpDecayLR", "decayRate", decayRate);
    Require.positive("NaturalExpDecayLR", "decaySteps", decaySteps);
  }

  /** A rate that changes at every step. */
  public NaturalExpDecayLR(double learningRate, double decayRate, long decaySteps) {
    this(learningRate, decayRate, decaySteps, false);
  }

  @Override
  public double at(long step) {
    return Curves.naturalExp(learningRate, decayRate, step, decaySteps, isStair);
  }
}
