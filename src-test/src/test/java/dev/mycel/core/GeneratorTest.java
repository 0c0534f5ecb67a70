package dev.mycel.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Generators and their states. */
class GeneratorTest {
  @Test
  void manualSeedSetsTheSeedAndStartsAgain() {
    Generator g = new Generator(1);
    Generator.Stream first = g.next(10);
    g.next(10);
    assertSame(g, g.manualSeed(5));
    assertEquals(5, g.initialSeed());
    g.manualSeed(1);
    assertEquals(first, g.next(10));
  }

  @Test
  void stateGoesFromOneGeneratorToAnother() {
    Generator a = new Generator(3);
    Random.randn(a, 4);
    Tensor state = a.getState();
    assertEquals("[3 1]", state.toString());
    Generator b = new Generator().setState(state);
    assertTrue(Random.randn(a, 4).sameAs(Random.randn(b, 4)));
  }

  @Test
  void stateRestoresTheSeedAfterAFreshOne() {
    Generator g = new Generator().manualSeed(5);
    Tensor state = g.getState();
    long fresh = g.seed();
    assertEquals(fresh, g.initialSeed());
    assertNotEquals(5, fresh);
    assertEquals(5, g.setState(state).initialSeed());
  }

  @Test
  void drawsNeverShareACounterAcrossThreads() {
    Generator g = new Generator(0);
    Set<Generator.Stream> seen = ConcurrentHashMap.newKeySet();
    IntStream.range(0, 10_000).parallel().forEach(i -> seen.add(g.next(i)));
    assertEquals(10_000, seen.size());
  }

  @Test
  void otherTensorsAreNoState() {
    Generator g = new Generator();
    assertThrows(ArgumentException.class, () -> g.setState(Ops.zeros(2)));
    assertThrows(ArgumentException.class, () -> g.next(-1));
  }

  @Test
  void generatorsStartFromFreshSeeds() {
    assertNotEquals(new Generator().initialSeed(), new Generator().initialSeed());
    assertSame(Generator.defaultGenerator(), Generator.defaultGenerator());
  }
}
