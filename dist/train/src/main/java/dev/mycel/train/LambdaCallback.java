package dev.mycel.train;

import java.util.EnumMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A callback of functions.
 *
 * <pre>{@code
 * new LambdaCallback().onTrainEpochEnd(context -> log(context.originalArgs().loss()))
 * }</pre>
 */
public final class LambdaCallback extends Callback {
  private enum Hook {
    TRAIN_BEGIN,
    TRAIN_EPOCH_BEGIN,
    TRAIN_STEP_BEGIN,
    TRAIN_STEP_END,
    TRAIN_EPOCH_END,
    TRAIN_END,
    EVAL_BEGIN,
    EVAL_EPOCH_BEGIN,
    EVAL_STEP_BEGIN,
    EVAL_STEP_END,
    EVAL_EPOCH_END,
    EVAL_END
  }

  private final Map<Hook, Consumer<RunContext>> functions = new EnumMap<>(Hook.class);

  /** A callback that does nothing yet. */
  public LambdaCallback() {}

  private LambdaCallback with(Hook hook, Consumer<RunContext> function) {
    functions.merge(hook, function, Consumer::andThen);
    return this;
  }

  private void run(Hook hook, RunContext context) {
    Consumer<RunContext> function = functions.get(hook);
    if (function != null) {
      function.accept(context);
    }
  }

  /** Adds what is done before the first epoch of a training. */
  public LambdaCallback onTrainBegin(Consumer<RunContext> function) {
    return with(Hook.TRAIN_BEGIN, function);
  }

  /** Adds what is done before each epoch of a training. */
  public LambdaCallback onTrainEpochBegin(Consumer<RunContext> function) {
    return with(Hook.TRAIN_EPOCH_BEGIN, function);
  }

  /** Adds what is done before each step of a training. */
  public LambdaCallback onTrainStepBegin(Consumer<RunContext> function) {
    return with(Hook.TRAIN_STEP_BEGIN, function);
  }

  /** Adds what is done after each step of a training. */
  public LambdaCallback onTrainStepEnd(Consumer<RunContext> function) {
    return with(Hook.TRAIN_STEP_END, function);
  }

  /** Adds what is done after each epoch of a training. */
  public LambdaCallback onTrainEpochEnd(Consumer<RunContext> function) {
    return with(Hook.TRAIN_EPOCH_END, function);
  }

  /** Adds what is done after the last epoch of a training. */
  public LambdaCallback onTrainEnd(Consumer<RunContext> function) {
    return with(Hook.TRAIN_END, function);
  }

  /** Adds what is done before the first epoch of an evaluation. */
  public LambdaCallback onEvalBegin(Consumer<RunContext> function) {
    return with(Hook.EVAL_BEGIN, function);
  }

  /** Adds what is done before each epoch of an evaluation. */
  public LambdaCallback onEvalEpochBegin(Consumer<RunContext> function) {
    return with(Hook.EVAL_EPOCH_BEGIN, function);
  }

  /** Adds what is done before each step of an evaluation. */
  public LambdaCallback onEvalStepBegin(Consumer<RunContext> function) {
    return with(Hook.EVAL_STEP_BEGIN, function);
  }

  /** Adds what is done after each step of an evaluation. */
  public LambdaCallback onEvalStepEnd(Consumer<RunContext> function) {
    return with(Hook.EVAL_STEP_END, function);
  }

  /** Adds what is done after each epoch of an evaluation. */
  public LambdaCallback onEvalEpochEnd(Consumer<RunContext> function) {
    return with(Hook.EVAL_EPOCH_END, function);
  }

  /** Adds what is done after the last epoch of an evaluation. */
  public LambdaCallback onEvalEnd(Consumer<RunContext> function) {
    return with(Hook.EVAL_END, function);
  }

  @Override
  public void onTrainBegin(RunContext context) {
    run(Hook.TRAIN_BEGIN, context);
  }

  @Override
  public void onTrainEpochBegin(RunContext context) {
    run(Hook.TRAIN_EPOCH_BEGIN, context);
  }

  @Override
  public void onTrainStepBegin(RunContext context) {
    run(Hook.TRAIN_STEP_BEGIN, context);
  }

  @Override
  public void onTrainStepEnd(RunContext context) {
    run(Hook.TRAIN_STEP_END, context);
  }

  @Override
  public void onTrainEpochEnd(RunContext context) {
    run(Hook.TRAIN_EPOCH_END, context);
  }

  @Override
  public void onTrainEnd(RunContext context) {
    run(Hook.TRAIN_END, context);
  }

  @Override
  public void onEvalBegin(RunContext context) {
    run(Hook.EVAL_BEGIN, context);
  }

  @Override
  public void onEvalEpochBegin(RunContext context) {
    run(Hook.EVAL_EPOCH_BEGIN, context);
  }

  @Override
  public void onEvalStepBegin(RunContext context) {
    run(Hook.EVAL_STEP_BEGIN, context);
  }

  @Override
  public void onEvalStepEnd(RunContext context) {
    run(Hook.EVAL_STEP_END, context);
  }

  @Override
  public void onEvalEpochEnd(RunContext context) {
    run(Hook.EVAL_EPOCH_END, context);
  }

  @Override
  public void onEvalEnd(RunContext context) {
    run(Hook.EVAL_END, context);
  }
}
