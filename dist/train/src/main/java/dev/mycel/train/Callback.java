package dev.mycel.train;

import java.util.Map;

/**
 * What happens along a training or an evaluation. Override the hooks that matter.
 *
 * <p>A run calls, in this order: {@link #enter}, {@link #onTrainBegin}; for each epoch {@link
 * #onTrainEpochBegin}, for each step {@link #onTrainStepBegin}, the step, {@link #onTrainStepEnd};
 * an evaluation if one is due, with the {@code onEval} hooks; {@link #onTrainEpochEnd}; at last
 * {@link #onTrainEnd} and {@link #close}. By default the hooks of training and of evaluation call
 * the common ones: {@link #begin}, {@link #epochBegin}, {@link #stepBegin}, {@link #stepEnd},
 * {@link #epochEnd}, {@link #end}. Several callbacks are called in the order given, and closed in
 * reverse.
 *
 * <p>If a hook or a step fails, {@link #failed} is called in place of what would have followed, and
 * then {@link #close}, of every callback that was entered.
 */
public abstract class Callback implements AutoCloseable {
  /** A callback that does nothing yet. */
  protected Callback() {}

  /** Called first of all; what it takes, {@link #close} gives back. */
  public void enter() {}

  /** Called last of all, whatever happened, if {@link #enter} returned. */
  @Override
  public void close() {}

  /**
   * Called when the run ends by an error, which is thrown on after {@link #close}.
   *
   * @param context as the run left it
   * @param cause the error
   */
  public void failed(RunContext context, Throwable cause) {}

  /**
   * What the callback must have again for a resumed training to go on as if it had not ended, by
   * name: strings, longs, doubles, booleans or tensors. Nothing by default.
   */
  public Map<String, Object> state() {
    return Map.of();
  }

  /**
   * Takes over what {@link #state} gave, perhaps in another process. It is called after {@link
   * #onTrainBegin} of a training that is resumed, if the callback had a state. Tensors are valid
   * during the call.
   *
   * @throws RuntimeException if it does not fit, which ends the training; nothing shall have
   *     changed then
   */
  public void restoreState(Map<String, Object> state) {}

  /** Called after all callbacks have seen the end of a step, or of an epoch. */
  void settled(RunContext context, boolean epochEnded) {}

  /** Called once before the first epoch. */
  public void begin(RunContext context) {}

  /** Called before each epoch. */
  public void epochBegin(RunContext context) {}

  /** Called before each step; the batch is there. */
  public void stepBegin(RunContext context) {}

  /** Called after each step; the outputs are there. */
  public void stepEnd(RunContext context) {}

  /** Called after each epoch. */
  public void epochEnd(RunContext context) {}

  /** Called once after the last epoch. */
  public void end(RunContext context) {}

  /** {@link #begin} of a training. */
  public void onTrainBegin(RunContext context) {
    begin(context);
  }

  /** {@link #epochBegin} of a training. */
  public void onTrainEpochBegin(RunContext context) {
    epochBegin(context);
  }

  /** {@link #stepBegin} of a training. */
  public void onTrainStepBegin(RunContext context) {
    stepBegin(context);
  }

  /** {@link #stepEnd} of a training. */
  public void onTrainStepEnd(RunContext context) {
    stepEnd(context);
  }

  /** {@link #epochEnd} of a training. */
  public void onTrainEpochEnd(RunContext context) {
    epochEnd(context);
  }

  /** {@link #end} of a training. */
  public void onTrainEnd(RunContext context) {
    end(context);
  }

  /** {@link #begin} of an evaluation. */
  public void onEvalBegin(RunContext context) {
    begin(context);
  }

  /** {@link #epochBegin} of an evaluation. */
  public void onEvalEpochBegin(RunContext context) {
    epochBegin(context);
  }

  /** {@link #stepBegin} of an evaluation. */
  public void onEvalStepBegin(RunContext context) {
    stepBegin(context);
  }

  /** {@link #stepEnd} of an evaluation. */
  public void onEvalStepEnd(RunContext context) {
    stepEnd(context);
  }

  /** {@link #epochEnd} of an evaluation. */
  public void onEvalEpochEnd(RunContext context) {
    epochEnd(context);
  }

  /** {@link #end} of an evaluation. */
  public void onEvalEnd(RunContext context) {
    end(context);
  }
}
