package dev.mycel.optim;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;
import dev.mycel.nn.Parameter;
import dev.mycel.optim.schedule.LearningRateSchedule;
import org.jspecify.annotations.Nullable;

/** Where the learning rate of a step comes from. */
final class RateSource {
  private final String name;
  private final @Nullable HostMirror kept;
  private final @Nullable LearningRateSchedule schedule;

  private RateSource(
      String name, @Nullable HostMirror kept, @Nullable LearningRateSchedule schedule) {
    this.name = name;
    this.kept = kept;
    this.schedule = schedule;
  }

  static RateSource of(StepValue value, String name) {
    if (value instanceof StepValue.Constant constant) {
      return new RateSource(name, HostMirror.scalar(constant.value(), name), null);
    }
    if (value instanceof StepValue.PerStep list) {
      return new RateSource(name, HostMirror.vector(list.values(), name), null);
    }
    return new RateSource(name, null, ((StepValue.Scheduled) value).schedule());
  }

  /** The parameter that keeps the rate, or the list of rates; a schedule has none. */
  @Nullable Parameter parameter() {
    HostMirror mirror = kept;
    return mirror == null ? null : mirror.parameter();
  }

  /** The rate of a step, checked: users may have changed it. */
  double at(String op, long step) {
    double rate = raw(op, step);
    // The text is for the error only: this runs for each parameter of each step.
    return rate >= 0 && rate < Double.POSITIVE_INFINITY
        ? rate
        : Checks.nonNegative(op, name + " at step " + step, rate);
  }

  private double raw(String op, long step) {
    LearningRateSchedule computed = schedule;
    if (computed != null) {
      // A schedule's rate is a float32 tensor in MindSpore.
      return (float) computed.at(step);
    }
    HostMirror mirror = java.util.Objects.requireNonNull(kept);
    if (mirror.parameter().shape().rank() == 0) {
      return mirror.value();
    }
    double[] rates = mirror.values();
    if (step >= rates.length) {
      throw new ArgumentException(
          Messages.of(op + ": the list of learning rates has ended")
              .line("rates", rates.length)
              .line("step ", step)
              .hint("make the list as long as the training, or use a schedule")
              .text());
    }
    return rates[(int) step];
  }
}
