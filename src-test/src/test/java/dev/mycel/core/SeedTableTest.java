package dev.mycel.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;

/** MindSpore's table of global and operation seeds, row by row. */
@ResourceLock("dev.mycel.seed")
class SeedTableTest {
  private static final Shape ROW = Shape.of(16);

  @AfterEach
  void seedAgain() {
    Random.setSeed(1);
  }

  private static List<Tensor> three(long seed) {
    return List.of(
        Random.uniform(ROW, 0, 1, seed),
        Random.uniform(ROW, 0, 1, seed),
        Random.uniform(ROW, 0, 1, seed));
  }

  private static void assertAllDiffer(List<Tensor> draws) {
    assertFalse(draws.get(0).sameAs(draws.get(1)));
    assertFalse(draws.get(1).sameAs(draws.get(2)));
    assertFalse(draws.get(0).sameAs(draws.get(2)));
  }

  private static boolean same(List<Tensor> a, List<Tensor> b) {
    return a.get(0).sameAs(b.get(0)) && a.get(1).sameAs(b.get(1)) && a.get(2).sameAs(b.get(2));
  }

  @Test
  @DisplayName("no global seed, no operation seed: fresh numbers in every draw and every run")
  void unseeded() {
    Random.forgetSeed();
    assertEquals(OptionalLong.empty(), Mycel.getSeed());
    List<Tensor> first = three(0);
    assertAllDiffer(first);
    Random.forgetSeed();
    assertFalse(same(first, three(0)));
  }

  @Test
  @DisplayName("no global seed, operation seed s: draws differ, a restart repeats the sequence")
  void operationSeed() {
    Random.forgetSeed();
    List<Tensor> first = three(3);
    assertAllDiffer(first);
    Random.forgetSeed();
    assertTrue(same(first, three(3)));
    Random.forgetSeed();
    assertFalse(same(first, three(4)));
  }

  @Test
  @DisplayName("global seed g, no operation seed: the sequence is fixed by g")
  void globalSeed() {
    Mycel.setSeed(7);
    assertEquals(OptionalLong.of(7), Mycel.getSeed());
    List<Tensor> first = three(0);
    assertAllDiffer(first);
    Mycel.setSeed(7);
    assertTrue(same(first, three(0)));
    Mycel.setSeed(8);
    assertFalse(same(first, three(0)));
    Mycel.setSeed(0);
    List<Tensor> zero = three(0);
    Mycel.setSeed(0);
    assertTrue(same(zero, three(0)));
  }

  @Test
  @DisplayName("global seed g, operation seed s: the sequence is fixed by g and s")
  void bothSeeds() {
    Mycel.setSeed(7);
    List<Tensor> first = three(3);
    assertAllDiffer(first);
    Mycel.setSeed(7);
    assertFalse(same(first, three(0)));
    assertTrue(same(first, three(3)), "another seed's draws between do not move the sequence");
    Mycel.setSeed(8);
    assertFalse(same(first, three(3)));
    Random.forgetSeed();
    assertFalse(same(first, three(3)));
  }

  @Test
  void aSeedIsNotNegative() {
    assertThrows(ArgumentException.class, () -> Mycel.setSeed(-1));
    assertThrows(ArgumentException.class, () -> Random.gamma(ROW, 1, 1, -1));
    assertThrows(ArgumentException.class, () -> Random.shuffle(Ops.arange(3), -5));
  }

  @Test
  void aStateGoesOnWithTheNumbersThatFollowed() {
    Mycel.setSeed(7);
    three(0);
    three(3);
    RandomState state = Random.getState();
    List<Tensor> plain = three(0);
    List<Tensor> seeded = three(3);
    Mycel.setSeed(8);
    three(5);
    Random.setState(state);
    assertEquals(state, Random.getState());
    assertTrue(same(plain, three(0)));
    assertTrue(same(seeded, three(3)));
    Random.forgetSeed();
    three(3);
    RandomState unseeded = Random.getState();
    assertEquals(OptionalLong.empty(), unseeded.globalSeed());
    List<Tensor> after = three(3);
    Random.setState(unseeded);
    assertTrue(same(after, three(3)));
  }

  @Test
  void aStateHasNoNegativeNumbersAndNoSequenceTwice() {
    var one = new RandomState.Sequence("uniform", 3, 1);
    var other = new RandomState.Sequence("uniform", 3, 2);
    assertEquals(
        "randomState: numbers of a sequence must not be negative\n  operation  uniform\n"
            + "  seed       3\n  draws      -1",
        assertThrows(ArgumentException.class, () -> new RandomState.Sequence("uniform", 3, -1))
            .getMessage());
    assertEquals(
        "randomState: one sequence is there twice\n  operation  uniform\n  seed       3",
        assertThrows(
                ArgumentException.class,
                () -> new RandomState(OptionalLong.empty(), List.of(one, other)))
            .getMessage());
    assertEquals(
        "randomState: a seed must not be negative, got -2",
        assertThrows(ArgumentException.class, () -> new RandomState(OptionalLong.of(-2), List.of()))
            .getMessage());
  }

  @Test
  void theGlobalSeedLeavesGeneratorsAlone() {
    Generator g = Generator.defaultGenerator().manualSeed(4);
    Random.randn(g, 3);
    Mycel.setSeed(9);
    assertEquals("[4 1]", g.getState().toString());
  }
}
