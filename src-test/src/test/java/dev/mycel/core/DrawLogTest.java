package dev.mycel.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Work runs again with the draws it had. */
class DrawLogTest {
  private final Generator generator = new Generator(4);

  @BeforeEach
  void onTheDefaultBackend() {
    Mycel.setBackend("onednn");
    Mycel.setSeed(9);
  }

  private float[] both() {
    return Ops.concat(
            java.util.List.of(
                Random.uniform(Shape.of(2), 0, 1), Random.normal(Shape.of(2), 0, 1, generator)),
            0)
        .toFloatArray();
  }

  @Test
  void aReplayGivesTheSameNumbersAsOftenAsOneLikes() {
    DrawLog log = new DrawLog();
    float[] first = log.record(this::both);
    float[] between = both();
    assertFalse(Arrays.equals(first, between));
    assertArrayEquals(first, log.replay(this::both));
    assertArrayEquals(first, log.replay(this::both));
  }

  @Test
  void aReplayLeavesSeedsAndGeneratorsWhereTheyAre() {
    DrawLog log = new DrawLog();
    log.record(this::both);
    String before = generator.toString();
    log.replay(this::both);
    assertEquals(before, generator.toString());
    float[] next = both();
    Mycel.setSeed(9);
    generator.manualSeed(4);
    both();
    assertArrayEquals(next, both());
  }

  @Test
  void aLogInsideAReplayNotesWhatIsReplayed() {
    DrawLog outer = new DrawLog();
    DrawLog[] inner = {new DrawLog(), new DrawLog()};
    float[] first = outer.record(() -> inner[0].record(this::both));
    float[] second = outer.replay(() -> inner[1].record(this::both));
    assertArrayEquals(first, second);
    assertArrayEquals(first, inner[1].replay(this::both));
    assertArrayEquals(first, outer.record(() -> inner[0].replay(this::both)));
  }

  @Test
  void anotherOrderIsRefusedAndTheThreadDrawsFreshNumbersAfterwards() {
    DrawLog log = new DrawLog();
    log.record(this::both);
    Supplier<Tensor> other = () -> Random.normal(Shape.of(2), 0, 1);
    assertThrows(TensorException.class, () -> log.replay(other));
    assertFalse(Arrays.equals(both(), both()));
  }
}
