package dev.mycel.checkpoint;

import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;

/**
 * Saves beside the program, one at a time: whoever saves waits for the one before, so that files
 * come in the order of the calls and one snapshot is held at most. The thread is no daemon, so a
 * program that ends lets it finish.
 */
final class BackgroundSaves {
  private static final System.Logger LOG = System.getLogger("dev.mycel.checkpoint");
  private static final Object LOCK = new Object();

  private static boolean running;

  private BackgroundSaves() {}

  /** Waits until no save is under way, even if the thread is interrupted, which it stays. */
  static void await() {
    synchronized (LOCK) {
      awaitLocked();
    }
  }

  private static void awaitLocked() {
    boolean interrupted = false;
    while (running) {
      try {
        LOCK.wait();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits for the save before and runs this one on another thread. */
  static CompletableFuture<Path> start(Path target, Runnable work) {
    synchronized (LOCK) {
      awaitLocked();
      running = true;
    }
    CompletableFuture<Path> result = new CompletableFuture<>();
    boolean started = false;
    try {
      new Thread(() -> run(target, work, result), "mycel-save").start();
      started = true;
    } finally {
      if (!started) { // there is no place for another thread
        ended();
      }
    }
    return result;
  }

  /** The next save may start before anybody hears of this one, who may want to save again. */
  private static void run(Path target, Runnable work, CompletableFuture<Path> result) {
    Throwable failure = null;
    try {
      work.run();
    } catch (Throwable e) { // also errors: whoever waits must hear of them
      failure = e;
    } finally {
      ended();
    }
    if (failure == null) {
      result.complete(target);
    } else {
      LOG.log(
          System.Logger.Level.ERROR,
          "a save in the background failed, " + target + " is as before",
          failure);
      result.completeExceptionally(failure);
    }
  }

  private static void ended() {
    synchronized (LOCK) {
      running = false;
      LOCK.notifyAll();
    }
  }
}
