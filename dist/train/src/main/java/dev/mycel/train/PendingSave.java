package dev.mycel.train;

import dev.mycel.checkpoint.CheckpointException;
import dev.mycel.core.Messages;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * A save in the background, one at most, of which the training has not heard yet. What follows a
 * save that went well is done by the thread that asks, and so is its error thrown there.
 */
final class PendingSave {
  private final String op;
  private @Nullable Path file;
  private @Nullable CompletableFuture<Path> save;
  private Runnable after = () -> {};
  private @Nullable CheckpointException failure;

  /** None yet, for that class, which messages name. */
  PendingSave(String op) {
    this.op = op;
  }

  /** Takes over a save that was begun, after {@link #await}. */
  void begin(Path target, CompletableFuture<Path> begun, Runnable whenThere) {
    file = target;
    save = begun;
    after = whenThere;
  }

  /** Waits for the end and keeps an error for the next {@link #await}. */
  void settle() {
    CompletableFuture<Path> running = save;
    if (running == null) {
      return;
    }
    save = null;
    try {
      running.join();
      after.run();
    } catch (CheckpointException e) {
      failure = e;
    } catch (CompletionException e) {
      failure = failed(e.getCause() == null ? e : e.getCause());
    }
  }

  private CheckpointException failed(Throwable cause) {
    return new CheckpointException(
        Messages.of(op + ": a save in the background failed; older checkpoints are untouched")
            .line("file ", file)
            .line("cause", cause)
            .hint("check the rights and the space of the folder, then resume")
            .text(),
        cause);
  }

  /**
   * Waits for the end.
   *
   * @throws CheckpointException if the save failed, once
   */
  void await() {
    settle();
    CheckpointException failed = failure;
    failure = null;
    if (failed != null) {
      throw failed;
    }
  }

  /** {@link #await} if there is nothing to wait for. */
  void poll() {
    CompletableFuture<Path> running = save;
    if (running == null || running.isDone()) {
      await();
    }
  }
}
