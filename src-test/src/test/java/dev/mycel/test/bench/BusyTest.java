package dev.mycel.test.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class BusyTest {
  @Test
  void neighboursRunUntilClosed() throws Exception {
    List<Process> children;
    try (Busy busy = new Busy(1)) {
      children = busy.children();
      assertEquals(1, children.size());
      assertTrue(busy.alive());
    }
    for (Process child : children) {
      assertTrue(child.waitFor(10, TimeUnit.SECONDS));
    }
  }

  @Test
  void spinEndsAfterItsTime() {
    long start = System.nanoTime();
    Busy.spin(0.2, null);
    assertTrue(System.nanoTime() - start >= 200_000_000L);
  }

  @Test
  void lineTellsOfTheNeighbours() {
    assertEquals("{\"n\": 1, \"busy\": 2}", Busy.tell("{\"n\": 1}", 2));
    assertEquals("{\"n\": 1}", Busy.tell("{\"n\": 1}", 0));
  }
}
