package dev.mycel.train;

/** What a callback is given: the state of the run, and the means to stop it. */
public final class RunContext {
  private final InternalCallbackParam args;
  private volatile boolean stopRequested;

  RunContext(InternalCallbackParam args) {
    this.args = args;
  }

  /** The state of the run, which changes as it goes on. */
  public InternalCallbackParam originalArgs() {
    return args;
  }

  /**
   * Ends the run after the current step and epoch: the hooks of their ends are still called. May be
   * called from another thread.
   */
  public void requestStop() {
    stopRequested = true;
  }

  /** Whether somebody asked to stop. */
  public boolean getStopRequested() {
    return stopRequested;
  }
}
