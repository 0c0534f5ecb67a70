package dev.mycel.optim.schedule;

/**
 * A rate that grows evenly from nothing: {@code rate(s) = learningRate * min(s, warmupSteps) /
 * warmupSteps}. At step 0 it is 0.
 *
 * @param learningRate the rate from step {@code warmupSteps} on, not negative
 * @param warmupSteps steps until then
 */
public record WarmUpLR(double learningRate, long warmupSteps) implements LearningRateSchedule {
  /** Checks the numbers. */
  public WarmUpLR {
    Require.nonNegative("WarmUpLR", "learningRate", learningRate);
    Require.positive("WarmUpLR", "warmupSteps", warmupSteps);
  }

  @Override
  public double at(long step) {
    return Curves.warmUp(learningRate, step, warmupSteps);
  }
}
