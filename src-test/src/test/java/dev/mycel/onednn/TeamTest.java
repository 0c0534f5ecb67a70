package dev.mycel.onednn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.core.Mycel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TeamTest {
  @BeforeEach
  void onTheNativeBackend() {
    Mycel.setBackend("onednn");
  }

  private static int[] visits(int size, int grain) {
    int[] visits = new int[size];
    Team.run(
        size,
        grain,
        (from, to) -> {
          for (int i = (int) from; i < to; i++) {
            visits[i]++;
          }
        });
    return visits;
  }

  @Test
  void everyElementIsVisitedOnce() {
    for (int size : new int[] {0, 1, 7, 64, 1000, 12_345}) {
      for (int grain : new int[] {1, 3, 64, 1_000_000}) {
        int[] once = new int[size];
        Arrays.fill(once, 1);
        assertArrayEquals(once, visits(size, grain), size + " by " + grain);
      }
    }
  }

  @Test
  void severalThreadsTakePartWhereThereAreSeveral() {
    if (Mycel.threads() < 2) {
      return; // nothing to share
    }
    Set<Thread> threads = ConcurrentHashMap.newKeySet();
    CountDownLatch two = new CountDownLatch(2);
    Team.run(
        2,
        1,
        (from, to) -> {
          threads.add(Thread.currentThread());
          two.countDown();
          try {
            assertTrue(two.await(20, TimeUnit.SECONDS), "the second thread came");
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        });
    assertEquals(2, threads.size());
  }

  @Test
  void anExceptionArrivesAndTheNextJobRuns() {
    for (int round = 0; round < 20; round++) {
      IllegalStateException e =
          assertThrows(
              IllegalStateException.class,
              () ->
                  Team.run(
                      100,
                      1,
                      (from, to) -> {
                        if (from == 40) {
                          throw new IllegalStateException("at 40");
                        }
                      }));
      assertEquals("at 40", e.getMessage());
      assertEquals(1000, Arrays.stream(visits(1000, 10)).sum());
    }
  }

  @Test
  void severalThreadsMayRunJobsAtOnce() throws InterruptedException {
    AtomicInteger right = new AtomicInteger();
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 6; t++) {
      threads.add(
          new Thread(
              () -> {
                for (int i = 0; i < 200; i++) {
                  if (Arrays.stream(visits(500, 50)).allMatch(v -> v == 1)) {
                    right.incrementAndGet();
                  }
                }
              }));
    }
    threads.forEach(Thread::start);
    for (Thread t : threads) {
      t.join();
    }
    assertEquals(1200, right.get());
  }
}
