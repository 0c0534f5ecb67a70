package dev.mycel.nd4j;

import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Phaser;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Runs Java loops in the caller's thread and in idle threads of the JDK's common pool. ND4J's own
 * threads cannot be lent to Java.
 *
 * <p>Pieces are handed out as threads ask for them: a pool whose threads are all busy leaves every
 * piece to the caller, who never waits for a thread that has not begun.
 */
final class Team {
  /** Work on the elements, rows or pieces {@code from} to {@code to - 1}. */
  @FunctionalInterface
  interface Range {
    void run(long from, long to);
  }

  /** One loop; it ends when all threads that have entered it have left it. */
  private static final class Job extends Phaser {
    private final long size;
    private final long grain;
    private final Range range;
    private final AtomicLong next = new AtomicLong();
    private volatile @Nullable Throwable failure;

    Job(long size, long grain, Range range) {
      super(1); // the caller
      this.size = size;
      this.grain = grain;
      this.range = range;
    }

    void pieces() {
      try {
        for (long from = next.getAndAdd(grain); from < size; from = next.getAndAdd(grain)) {
          range.run(from, Math.min(from + grain, size));
        }
      } catch (Throwable e) { // the caller throws it again
        failure = e;
        next.set(size);
      }
    }

    /** A thread of the pool, which may come when all is done. */
    void help() {
      if (register() < 0) {
        return;
      }
      pieces();
      arriveAndDeregister();
    }

    @Override
    protected boolean onAdvance(int phase, int registered) {
      return true; // no thread enters any more
    }
  }

  private Team() {}

  /**
   * Runs a loop, in several threads if it has more than one piece.
   *
   * @param size number of elements, rows or pieces
   * @param grain how many make a piece: worth at least some ten microseconds
   */
  static void run(Nd4jBackend backend, long size, long grain, Range range) {
    long pieces = (size + grain - 1) / grain;
    long helpers = pieces < 2 ? 0 : Math.min(pieces, backend.threads()) - 1;
    Job job = new Job(size, grain, range);
    for (long i = 0; i < helpers; i++) {
      ForkJoinPool.commonPool().execute(job::help);
    }
    job.pieces();
    job.arriveAndAwaitAdvance();
    Throwable failure = job.failure;
    if (failure instanceof RuntimeException e) {
      throw e;
    } else if (failure instanceof Error e) {
      throw e;
    }
  }
}
