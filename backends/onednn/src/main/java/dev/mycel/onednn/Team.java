package dev.mycel.onednn;

import com.sun.jna.Callback;
import com.sun.jna.CallbackReference;
import com.sun.jna.CallbackThreadInitializer;
import com.sun.jna.Function;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Runs Java loops on the threads of oneDNN's OpenMP runtime. A pool of our own would fight with
 * those threads for cores: after a kernel they wait for the next one by spinning.
 *
 * <p>Pieces are handed out as threads ask for them, so that a thread that is held up by another
 * process holds up nobody else.
 */
final class Team {
  /** Work on the elements, rows or pieces {@code from} to {@code to - 1}. */
  @FunctionalInterface
  interface Range {
    void run(long from, long to);
  }

  /** What OpenMP calls in each thread; public for the native bridge. */
  public interface Body extends Callback {
    /** Takes part in the job of that number. */
    void invoke(@Nullable Pointer job);
  }

  private static final class Job {
    final long size;
    final long grain;
    final Range range;
    final AtomicLong next = new AtomicLong();
    volatile @Nullable Throwable failure;

    Job(long size, long grain, Range range) {
      this.size = size;
      this.grain = grain;
      this.range = range;
    }

    void takePart() {
      try {
        for (long from = next.getAndAdd(grain); from < size; from = next.getAndAdd(grain)) {
          range.run(from, Math.min(from + grain, size));
        }
      } catch (Throwable e) { // an exception must not cross native frames
        failure = e;
        next.set(size);
      }
    }
  }

  private static final Map<Long, Job> JOBS = new ConcurrentHashMap<>();
  private static final AtomicLong NUMBERS = new AtomicLong();
  private static final @Nullable Function PARALLEL = OmpThreads.function("GOMP_parallel");
  private static final Body BODY = Team::takePart;
  private static final @Nullable Pointer ENTRY = PARALLEL == null ? null : entry();

  private Team() {}

  private static Pointer entry() {
    // Threads of the runtime stay known to the virtual machine between jobs.
    Native.setCallbackThreadInitializer(
        BODY, new CallbackThreadInitializer(true, false, "mycel-onednn"));
    return CallbackReference.getFunctionPointer(BODY);
  }

  private static void takePart(@Nullable Pointer number) {
    Job job = JOBS.get(Pointer.nativeValue(number));
    if (job != null) {
      job.takePart();
    }
  }

  /** How many loops have been run in several threads. */
  static long regions() {
    return NUMBERS.get();
  }

  /**
   * Runs a loop, in several threads if it has more than one piece.
   *
   * @param size number of elements, rows or pieces
   * @param grain how many make a piece: worth at least some ten microseconds
   */
  static void run(long size, long grain, Range range) {
    Function parallel = PARALLEL;
    if (size <= grain || parallel == null || OmpThreads.count() < 2) {
      if (size > 0) {
        range.run(0, size);
      }
      return;
    }
    OmpThreads.apply();
    Job job = new Job(size, grain, range);
    long number = NUMBERS.incrementAndGet();
    JOBS.put(number, job);
    try {
      parallel.invokeVoid(new Object[] {ENTRY, new Pointer(number), 0, 0});
    } finally {
      JOBS.remove(number);
    }
    Throwable failure = job.failure;
    if (failure instanceof RuntimeException e) {
      throw e;
    } else if (failure instanceof Error e) {
      throw e;
    }
  }
}
