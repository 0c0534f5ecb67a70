package dev.mycel.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Which names are suggested for one that was not found. */
class NearestNamesTest {
  private static List<String> nearest(String name, String... candidates) {
    return NearestNames.of(
        name, Stream.of(candidates).map(c -> new NearestNames.Candidate(c, c, true)).toList());
  }

  @Test
  void aNameWithAPrefixOrAnotherSegmentIsFound() {
    assertEquals(
        List.of("module.layer1.0.conv.weight", "layer1.0.bn.weight"),
        nearest(
            "layer1.0.conv.weight",
            "fc.bias",
            "layer1.0.bn.weight",
            "module.layer1.0.conv.weight",
            "optimizer.state.3.exp_avg"));
    assertEquals(List.of(), nearest("layer1.0.conv.weight", "optimizer.state", "x"));
  }

  @Test
  void anotherFormCountsAgainstAName() {
    List<NearestNames.Candidate> both =
        List.of(
            new NearestNames.Candidate("head.bias", "head.bias", false),
            new NearestNames.Candidate("haed.weight", "haed.weight", true));
    assertEquals(List.of("haed.weight"), NearestNames.of("head.weight", both).subList(0, 1));
  }

  @Test
  void theDistanceIsAMetricBetweenZeroAndOne() {
    Random random = new Random(5);
    List<String> names =
        Stream.generate(
                () ->
                    String.join(
                        ".",
                        Stream.generate(() -> "abc1".substring(random.nextInt(3)))
                            .limit(1 + random.nextInt(4))
                            .toList()))
            .limit(60)
            .toList();
    for (String a : names) {
      for (String b : names) {
        double distance = NearestNames.distance(a, b);
        assertEquals(distance, NearestNames.distance(b, a), 1e-12, "seed 5: " + a + " " + b);
        assertEquals(a.equals(b), distance == 0);
        assertTrue(distance <= 1);
      }
    }
  }

  @Test
  void longNamesAreNotCompared() {
    assertEquals(List.of(), nearest("a".repeat(200), "a".repeat(200)));
  }
}
