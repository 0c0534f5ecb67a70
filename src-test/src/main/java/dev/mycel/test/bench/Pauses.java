package dev.mycel.test.bench;

import com.sun.management.GarbageCollectionNotificationInfo;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import javax.management.NotificationEmitter;
import javax.management.openmbean.CompositeData;

/** Runs a step for a minute and counts the pauses of the garbage collector. */
final class Pauses {
  private static final long MINUTE = 60_000_000_000L;

  private final AtomicLong count = new AtomicLong();
  private final AtomicLong longest = new AtomicLong();
  private final AtomicLong total = new AtomicLong();

  private Pauses() {}

  /** One line of JSON. */
  static String during(String workload, Runnable step) {
    for (int i = 0; i < 200; i++) {
      step.run();
    }
    Pauses pauses = new Pauses();
    for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
      if (collector instanceof NotificationEmitter emitter) {
        emitter.addNotificationListener(
            (notification, handback) -> {
              if (notification
                  .getType()
                  .equals(GarbageCollectionNotificationInfo.GARBAGE_COLLECTION_NOTIFICATION)) {
                pauses.add(
                    GarbageCollectionNotificationInfo.from(
                            (CompositeData) notification.getUserData())
                        .getGcInfo()
                        .getDuration());
              }
            },
            null,
            null);
      }
    }
    long start = System.nanoTime();
    long steps = 0;
    while (System.nanoTime() - start < MINUTE) {
      step.run();
      steps++;
    }
    return String.format(
        Locale.ROOT,
        "{\"workload\": \"%s\", \"seconds\": 60, \"steps\": %d, \"collections\": %d, \"longest_ms\": %d, \"total_ms\": %d}",
        workload,
        steps,
        pauses.count.get(),
        pauses.longest.get(),
        pauses.total.get());
  }

  private void add(long millis) {
    count.incrementAndGet();
    longest.accumulateAndGet(millis, Math::max);
    total.addAndGet(millis);
  }
}
