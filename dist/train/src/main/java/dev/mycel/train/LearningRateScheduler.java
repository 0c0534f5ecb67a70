package dev.mycel.train;

import dev.mycel.nn.Parameter;
import java.util.Set;

/**
 * Changes the learning rate after each step of training by a function of its own.
 *
 * <pre>{@code
 * new LearningRateScheduler((rate, step) -> step % 1000 == 0 ? rate * 0.1 : rate)
 * }</pre>
 *
 * <p>The optimiser must keep one number as its rate, or one for each group, each of which goes
 * through the function; a schedule or a list is refused when the training begins.
 */
public final class LearningRateScheduler extends Callback {
  /** What the rate is after a step. */
  @FunctionalInterface
  public interface Rule {
    /**
     * The new rate, finite and not negative.
     *
     * @param rate the rate of the step that has ended
     * @param step its number in the whole run, from 1
     */
    double after(double rate, long step);
  }

  private static final String OWNER = "LearningRateScheduler";

  private final Rule rule;
  private Set<Parameter> rates = Set.of();

  /** A scheduler with that rule. */
  public LearningRateScheduler(Rule rule) {
    this.rule = rule;
  }

  @Override
  public void onTrainBegin(RunContext context) {
    rates = KeptRates.of(OWNER, context.originalArgs());
  }

  @Override
  public void onTrainStepEnd(RunContext context) {
    long step = context.originalArgs().curStepNum();
    for (Parameter rate : rates) {
      KeptRates.change(OWNER, rate, now -> rule.after(now, step));
    }
  }

  @Override
  public void close() {
    rates = Set.of();
  }
}
