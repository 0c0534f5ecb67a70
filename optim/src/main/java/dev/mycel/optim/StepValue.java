package dev.mycel.optim;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;
import dev.mycel.optim.schedule.LearningRateSchedule;
import java.util.List;

/** A learning rate or weight decay as it was asked for. */
sealed interface StepValue {
  /** The same at every step. */
  record Constant(double value) implements StepValue {}

  /** One element a step. */
  record PerStep(List<Double> values) implements StepValue {}

  /** Computed from the step. */
  record Scheduled(LearningRateSchedule schedule) implements StepValue {}

  /** Whether it changes with the step. */
  default boolean isDynamic() {
    return !(this instanceof Constant);
  }

  static StepValue constant(String op, String name, double value) {
    return new Constant(Checks.nonNegative(op, name, value));
  }

  static StepValue perStep(String op, String name, List<Double> values) {
    if (values.isEmpty()) {
      throw new ArgumentException(
          Messages.of(op + ": the list of " + name + "s is empty")
              .hint("give one number for each step, or one number for all")
              .text());
    }
    for (int i = 0; i < values.size(); i++) {
      Checks.nonNegative(op, name + "[" + i + "]", values.get(i));
    }
    return new PerStep(List.copyOf(values));
  }
}
