package dev.mycel.train;

import java.util.OptionalDouble;

/** Saves the state of a training through a manager, after steps or epochs and at the end. */
final class ManagedCheckpoint extends Callback {
  private final CheckpointManager manager;
  private final int steps;
  private long lastStep;
  private boolean epochSaved;

  /** After so many steps; 0 for after each epoch. */
  ManagedCheckpoint(CheckpointManager manager, int steps) {
    this.manager = manager;
    this.steps = steps;
  }

  @Override
  public void onTrainBegin(RunContext context) {
    InternalCallbackParam args = context.originalArgs();
    lastStep = args.curStepNum();
    epochSaved = args.trainingState().epochsDone() == args.trainingState().epoch();
    if (args.resumedFrom().filter(manager::gave).isEmpty()) {
      manager.beginRun();
    }
  }

  @Override
  void settled(RunContext context, boolean epochEnded) {
    manager.poll();
    InternalCallbackParam args = context.originalArgs();
    boolean due = steps == 0 ? epochEnded : !epochEnded && args.curStepNum() >= lastStep + steps;
    if (due) {
      save(args);
      epochSaved = epochEnded;
    } else if (!epochEnded) {
      epochSaved = false;
    }
  }

  /** Once more if anything happened since: so the last file knows that its epoch is done. */
  @Override
  public void onTrainEnd(RunContext context) {
    InternalCallbackParam args = context.originalArgs();
    boolean ended = args.trainingState().epochsDone() == args.trainingState().epoch();
    if (args.curStepNum() != lastStep || ended != epochSaved) {
      save(args);
    }
    manager.await();
  }

  private void save(InternalCallbackParam args) {
    manager.save(args.trainingState(), monitored(args));
    lastStep = args.curStepNum();
  }

  private OptionalDouble monitored(InternalCallbackParam args) {
    String name = manager.monitor();
    if (name == null) {
      return OptionalDouble.empty();
    }
    if (name.equals("loss")) {
      return OptionalDouble.of(args.loss());
    }
    EvalResults results = args.evalResults();
    return results.containsKey(name)
        ? OptionalDouble.of(results.scalar(name))
        : OptionalDouble.empty();
  }
}
