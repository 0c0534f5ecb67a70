package dev.mycel.train;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Scope;
import dev.mycel.nn.Cell;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One training: epochs of steps, evaluations between them, callbacks along the way. */
final class TrainLoop {
  private final String op;
  private final Model<?, ?, ?> model;
  private final int epochs;
  private final Iterable<?> data;
  private final @Nullable Iterable<?> validData;
  private final TrainOptions options;
  private EvalResults lastResults = EvalResults.EMPTY;
  private boolean interrupted;

  TrainLoop(
      String op,
      Model<?, ?, ?> model,
      int epochs,
      Iterable<?> data,
      @Nullable Iterable<?> validData,
      TrainOptions options) {
    if (epochs < 1) {
      throw new ArgumentException(op + ": at least one epoch is needed, got " + epochs);
    }
    if (options.initialEpoch >= epochs) {
      throw new ArgumentException(
          op
              + ": initialEpoch must be below the number of epochs, got "
              + options.initialEpoch
              + " of "
              + epochs);
    }
    this.op = op;
    this.model = model;
    this.epochs = epochs;
    this.data = data;
    this.validData = validData;
    this.options = options;
  }

  /** Trains and returns the results of the last evaluation. */
  EvalResults run(List<Callback> list) {
    InternalCallbackParam args = new InternalCallbackParam(model, true, epochs, data, list);
    args.validDataset = validData;
    RunContext context = new RunContext(args);
    // An interrupt must not tear what callbacks write; the caller gets it back.
    try (CallbackManager callbacks = CallbackManager.enter(list)) {
      try {
        run(context, callbacks);
        return lastResults;
      } catch (RuntimeException | Error e) {
        noteInterrupt();
        callbacks.failed(context, e);
        throw e;
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private boolean noteInterrupt() {
    boolean now = Thread.interrupted();
    interrupted |= now;
    return now;
  }

  private void run(RunContext context, CallbackManager callbacks) {
    InternalCallbackParam args = context.originalArgs();
    callbacks.each(Callback::onTrainBegin, context);
    for (int epoch = options.initialEpoch + 1; epoch <= epochs; epoch++) {
      args.curEpochNum = epoch;
      args.stepsOfLastEpoch = args.stepInEpoch;
      args.stepInEpoch = 0;
      args.metrics = EvalResults.EMPTY;
      args.evalResults = EvalResults.EMPTY;
      callbacks.each(Callback::onTrainEpochBegin, context);
      steps(context, callbacks);
      if (validData != null && options.evaluatesAfter(epoch)) {
        evaluate(validData, context, callbacks);
      }
      callbacks.each(Callback::onTrainEpochEnd, context);
      if (context.getStopRequested()) {
        break;
      }
    }
    callbacks.each(Callback::onTrainEnd, context);
  }

  private void steps(RunContext context, CallbackManager callbacks) {
    InternalCallbackParam args = context.originalArgs();
    Cell<?, ?> network = model.trainNetwork();
    network.setTrain(true);
    for (Object batch : data) {
      args.element = batch;
      args.curStepNum++;
      args.stepInEpoch++;
      callbacks.each(Callback::onTrainStepBegin, context);
      try (Scope scope = Scope.open()) {
        args.setNetOutputs(model.step(op, batch));
      }
      if (noteInterrupt()) {
        context.requestStop();
      }
      callbacks.each(Callback::onTrainStepEnd, context);
      if (context.getStopRequested()) {
        break;
      }
    }
    if (args.stepInEpoch == 0) {
      throw EvalLoop.empty(op, "to train with");
    }
  }

  private void evaluate(Iterable<?> valid, RunContext context, CallbackManager callbacks) {
    InternalCallbackParam args = context.originalArgs();
    InternalCallbackParam evalArgs =
        new InternalCallbackParam(model, false, epochs, valid, args.listCallback());
    evalArgs.curEpochNum = args.curEpochNum;
    evalArgs.validDataset = valid;
    RunContext evalContext = new RunContext(evalArgs);
    lastResults = EvalLoop.run(op, model, valid, evalContext, callbacks);
    args.metrics = lastResults;
    args.evalResults = evalArgs.evalResults;
    if (evalContext.getStopRequested()) {
      context.requestStop();
    }
  }
}
