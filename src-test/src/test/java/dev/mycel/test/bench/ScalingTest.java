package dev.mycel.test.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ScalingTest {
  @Test
  void hasEverySeriesAndEachPointOnce() {
    List<Scaling.Point> points = Scaling.points();
    Set<String> series =
        points.stream().map(Scaling.Point::series).collect(Collectors.toUnmodifiableSet());
    assertEquals(
        Set.of(
            "batch mlp",
            "batch lenet5",
            "width dense",
            "depth dense",
            "tape additions",
            "dispatch add4"),
        series);
    assertEquals(
        points.size(), points.stream().map(p -> p.series() + " " + p.x()).distinct().count());
  }

  @Test
  void smallestStepOfEachSeriesRuns() {
    for (Scaling.Point p : Scaling.points()) {
      if (p.x() <= 2 || p.x() == 64 || p.x() == 100) {
        p.step().get().run();
      }
    }
  }

  @Test
  void pointIsOneLineOfJson() {
    String line = Scaling.measure(new Scaling.Point("batch none", 4, 1, () -> () -> {}));
    assertTrue(
        line.matches("\\{\"series\": \"batch none\", \"x\": 4, \"median_us\": [0-9.]+}"), line);
  }
}
