package dev.mycel.train;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;
import dev.mycel.core.Scope;
import dev.mycel.nn.Cell;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
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
    if (options.initialEpoch > 0 && options.resume != null) {
      throw new ArgumentException(
          Messages.of(op + ": initialEpoch and resumeFrom exclude each other")
              .line("initialEpoch", options.initialEpoch)
              .hint("leave initialEpoch out: a resumed training knows its epoch")
              .text());
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
    TrainingState state = begin(context, callbacks);
    while (state.epochsDone() < epochs) {
      args.beginEpoch(state);
      callbacks.each(Callback::onTrainEpochBegin, context);
      boolean whole = steps(state, context, callbacks);
      if (validData != null && options.evaluatesAfter(args.curEpochNum)) {
        evaluate(validData, context, callbacks);
      }
      callbacks.each(Callback::onTrainEpochEnd, context);
      if (whole) {
        state.endEpoch();
        callbacks.each((callback, c) -> callback.settled(c, true), context);
      }
      if (context.getStopRequested()) {
        break;
      }
    }
    callbacks.each(Callback::onTrainEnd, context);
  }

  /** The state of the training before its first step, restored if it is resumed. */
  private TrainingState begin(RunContext context, CallbackManager callbacks) {
    InternalCallbackParam args = context.originalArgs();
    TrainingState state = model.trainingState().data(data);
    options.generators.forEach(state::generator);
    state.callbacks = args.listCallback();
    state.skipEpochs(options.initialEpoch);
    args.state = state;
    Optional<Path> file = options.resume == null ? Optional.empty() : options.resume.file();
    if (file.isEmpty()) {
      state.lastLoss = args::lossIfAny;
      callbacks.each(Callback::onTrainBegin, context);
      return state;
    }
    try (Restoration restoration = Restoration.of(state, file.get())) {
      restoration.requireSmallNumbers();
      restoration.applyModel();
      args.resumedFrom = file.get();
      args.follow(state);
      state.lastLoss.get().ifPresent(args::setLoss);
      state.lastLoss = args::lossIfAny;
      callbacks.each(Callback::onTrainBegin, context);
      restoration.applyCallbacks();
      state.continueRandom();
    } catch (RuntimeException | Error e) {
      args.curStepNum = 0; // no step was done: there is nothing to save
      throw e;
    }
    return state;
  }

  /** Whether the data was gone through to its end. */
  private boolean steps(TrainingState state, RunContext context, CallbackManager callbacks) {
    InternalCallbackParam args = context.originalArgs();
    Cell<?, ?> network = model.trainNetwork();
    network.setTrain(true);
    Iterator<?> batches = state.startEpoch(data);
    while (batches.hasNext()) {
      Object batch = batches.next();
      args.element = batch;
      args.curStepNum++;
      args.stepInEpoch++;
      callbacks.each(Callback::onTrainStepBegin, context);
      try (Scope scope = Scope.open()) {
        args.setNetOutputs(model.step(op, batch));
      }
      state.advance();
      if (noteInterrupt()) {
        context.requestStop();
      }
      callbacks.each(Callback::onTrainStepEnd, context);
      callbacks.each((callback, c) -> callback.settled(c, false), context);
      if (context.getStopRequested()) {
        state.hold(); // the epoch's end follows now, and once more when it was resumed
        return false;
      }
    }
    if (args.stepInEpoch == 0) {
      throw EvalLoop.empty(op, "to train with");
    }
    return true;
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
