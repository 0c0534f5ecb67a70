package dev.mycel.optim.schedule;

/**
 * Decay along half a period of the cosine.
 *
 * <p>{@code rate(s) = minLr + (maxLr - minLr) / 2 * (1 + cos(pi * min(s, decaySteps) /
 * decaySteps))}.
 *
 * @param minLr the rate from step {@code decaySteps} on, not negative
 * @param maxLr the rate at step 0, more than {@code minLr}
 * @param decaySteps steps from one to the other
 */
public record CosineDecayLR(double minLr, double maxLr, long decaySteps)
    implements LearningRateSchedule {
  /** Checks the numbers. */
  public CosineDecayLR {
    Require.nonNegative("CosineDecayLR", "minLr", minLr);
    Require.positive("CosineDecayLR", "maxLr", maxLr);
    Require.less("CosineDecayLR", "minLr", minLr, "maxLr", maxLr);
    Require.positive("CosineDecayLR", "decaySteps", decaySteps);
  }

  /** From a rate down to nothing within that many steps. */
  public static CosineDecayLR of(double maxLr, long steps) {
    return new CosineDecayLR(0, maxLr, steps);
  }

  @Override
  public double at(long step) {
    return Curves.cosine(minLr, maxLr, step, decaySteps);
  }
}
