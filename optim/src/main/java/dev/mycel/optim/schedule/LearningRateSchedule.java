package dev.mycel.optim.schedule;

/**
 * A number that changes with the step: most often a learning rate, sometimes a weight decay. The
 * first step is step 0.
 *
 * <p>Own ones are lambdas: {@code step -> step < 1000 ? 0.1 : 0.01}. A schedule holds nothing that
 * a checkpoint would have to save: the optimiser's {@code global_step} says where it stands.
 */
@FunctionalInterface
public interface LearningRateSchedule {
  /**
   * The value at a step.
   *
   * @param step steps done so far, not negative
   */
  double at(long step);
}
