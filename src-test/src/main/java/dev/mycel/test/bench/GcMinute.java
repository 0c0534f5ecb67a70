package dev.mycel.test.bench;

import com.sun.management.GarbageCollectionNotificationInfo;
import dev.mycel.core.DType;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;
import javax.management.ListenerNotFoundException;
import javax.management.Notification;
import javax.management.NotificationEmitter;
import javax.management.NotificationListener;
import javax.management.openmbean.CompositeData;

/**
 * What the garbage collector costs a training that runs for a while. The warm-up is told apart:
 * what the virtual machine itself has just made is copied then, whatever the program does.
 */
final class GcMinute {
  private final LongAdder collections = new LongAdder();
  private final LongAdder total = new LongAdder();
  private final LongAccumulator longest = new LongAccumulator(Math::max, 0);

  private GcMinute() {}

  static String run(Runnable step, String workload, DType dtype, double warmUp, double seconds)
      throws InterruptedException {
    GcMinute early = new GcMinute();
    early.during(() -> Timer.warmUp(step, Math.min(3, warmUp), warmUp));
    GcMinute seen = new GcMinute();
    Training training = new Training(step, seconds);
    seen.during(training);
    return String.format(
        Locale.ROOT,
        "{\"workload\": \"%s\", \"dtype\": \"%s\", \"seconds\": %.1f, \"steps\": %d,"
            + " \"collections\": %d, \"longest_pause_ms\": %d, \"total_pause_ms\": %d,"
            + " \"warmup_longest_pause_ms\": %d}",
        workload,
        dtype == DType.FLOAT32 ? "fp32" : "bf16",
        training.elapsed,
        training.steps,
        seen.collections.sum(),
        seen.longest.get(),
        seen.total.sum(),
        early.longest.get());
  }

  /** Steps until the time is over. */
  private static final class Training implements Runnable {
    private final Runnable step;
    private final double seconds;
    private double elapsed;
    private long steps;

    Training(Runnable step, double seconds) {
      this.step = step;
      this.seconds = seconds;
    }

    @Override
    public void run() {
      long start = System.nanoTime();
      while (elapsed < seconds) {
        step.run();
        steps++;
        elapsed = (System.nanoTime() - start) / 1e9;
      }
    }
  }

  private void during(Runnable work) throws InterruptedException {
    NotificationListener listener = (notification, handback) -> add(notification);
    for (GarbageCollectorMXBean b : ManagementFactory.getGarbageCollectorMXBeans()) {
      if (b instanceof NotificationEmitter emitter) {
        emitter.addNotificationListener(listener, null, null);
      }
    }
    try {
      work.run();
      Thread.sleep(200); // notifications come from a thread of their own, a little late
    } finally {
      remove(listener);
    }
  }

  private static void remove(NotificationListener listener) {
    for (GarbageCollectorMXBean b : ManagementFactory.getGarbageCollectorMXBeans()) {
      if (b instanceof NotificationEmitter emitter) {
        try {
          emitter.removeNotificationListener(listener);
        } catch (ListenerNotFoundException e) {
          throw new IllegalStateException("the collectors changed meanwhile", e);
        }
      }
    }
  }

  private void add(Notification notification) {
    if (!notification
        .getType()
        .equals(GarbageCollectionNotificationInfo.GARBAGE_COLLECTION_NOTIFICATION)) {
      return;
    }
    var info = GarbageCollectionNotificationInfo.from((CompositeData) notification.getUserData());
    // Collectors that work beside the application report these too, though nothing stood still.
    if (info.getGcName().contains("Concurrent") || info.getGcName().contains("Cycles")) {
      return;
    }
    long ms = info.getGcInfo().getDuration();
    collections.increment();
    total.add(ms);
    longest.accumulate(ms);
  }
}
