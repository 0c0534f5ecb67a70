package dev.mycel.train;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;
import dev.mycel.core.Scope;
import java.util.List;

/** One evaluation: inference mode, every batch, metrics. */
final class EvalLoop {
  private EvalLoop() {}

  /** An evaluation of its own. */
  static EvalResults run(Model<?, ?, ?> model, Iterable<?> data, List<Callback> list) {
    InternalCallbackParam args = new InternalCallbackParam(model, false, 1, data, list);
    args.curEpochNum = 1;
    args.validDataset = data;
    RunContext context = new RunContext(args);
    boolean interrupted = false;
    try (CallbackManager callbacks = CallbackManager.enter(list)) {
      try {
        return run("eval", model, data, context, callbacks);
      } catch (RuntimeException | Error e) {
        interrupted = Thread.interrupted();
        callbacks.failed(context, e);
        throw e;
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** An evaluation whose callbacks have been entered already. */
  static EvalResults run(
      String op,
      Model<?, ?, ?> model,
      Iterable<?> data,
      RunContext context,
      CallbackManager callbacks) {
    Evaluator evaluator = model.evaluator();
    InternalCallbackParam args = context.originalArgs();
    evaluator.network().setTrain(false);
    evaluator.network().setGrad(false);
    evaluator.clear();
    callbacks.each(Callback::onEvalBegin, context);
    callbacks.each(Callback::onEvalEpochBegin, context);
    for (Object batch : data) {
      args.element = batch;
      args.curStepNum++;
      args.stepInEpoch++;
      callbacks.each(Callback::onEvalStepBegin, context);
      try (Scope scope = Scope.open()) {
        Object outputs = evaluator.run(op, batch);
        evaluator.update(op, outputs);
        args.setNetOutputs(outputs);
      }
      callbacks.each(Callback::onEvalStepEnd, context);
      if (context.getStopRequested()) {
        break;
      }
    }
    if (args.stepInEpoch == 0) {
      throw empty(op, "to evaluate with");
    }
    callbacks.each(Callback::onEvalEpochEnd, context);
    args.metrics = evaluator.results();
    args.evalResults = evaluator.monitored(args.metrics);
    callbacks.each(Callback::onEvalEnd, context);
    return args.metrics;
  }

  static ArgumentException empty(String op, String purpose) {
    return new ArgumentException(
        Messages.of(op + ": the data " + purpose + " holds no batch")
            .hint("an Iterable must give a new iterator each time: a stream can be used once only")
            .text());
  }
}
