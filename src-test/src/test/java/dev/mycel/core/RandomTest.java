package dev.mycel.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;

/** The two-level seeds, and the distributions drawn from them. */
@ResourceLock("dev.mycel.seed")
class RandomTest {
  private static final Shape ROW = Shape.of(1, 4);

  @Test
  void drawsWithOneSeedDifferAndStayInRange() {
    Random.setSeed(1);
    Set<String> rows = new HashSet<>();
    for (int i = 0; i < 4; i++) {
      Tensor x = Random.uniform(ROW, 1, 2, 1);
      assertTrue(x.ge(1).all().itemBoolean() && x.lt(2).all().itemBoolean());
      rows.add(x.toString());
    }
    assertEquals(4, rows.size());
  }

  @Test
  void setSeedReplaysAllSequences() {
    Random.setSeed(5);
    Tensor a1 = Random.uniform(ROW, 0, 1, 3);
    Tensor b1 = Random.randn(3);
    Tensor a2 = Random.uniform(ROW, 0, 1, 3);
    assertEquals(5, Random.getSeed().orElseThrow());
    Random.setSeed(5);
    assertTrue(a1.sameAs(Random.uniform(ROW, 0, 1, 3)));
    assertTrue(b1.sameAs(Random.randn(3)));
    assertTrue(a2.sameAs(Random.uniform(ROW, 0, 1, 3)));
    Random.setSeed(6);
    assertFalse(a1.sameAs(Random.uniform(ROW, 0, 1, 3)));
  }

  @Test
  void operationsAndTheirSeedsHaveSequencesOfTheirOwn() {
    Random.setSeed(0);
    Set<Generator.Stream> streams = new HashSet<>();
    for (String op : List.of("uniform", "normal", "dropout", "init")) {
      for (long seed = 0; seed < 3; seed++) {
        for (int draw = 0; draw < 3; draw++) {
          assertTrue(streams.add(Random.nextStream(op, seed, 10)));
        }
      }
    }
    assertEquals(12, streams.stream().map(Generator.Stream::key).distinct().count());
  }

  @Test
  void negativeSeedsAreRefused() {
    assertThrows(ArgumentException.class, () -> Random.setSeed(-1));
    assertThrows(ArgumentException.class, () -> Random.uniform(ROW, 0, 1, -1));
  }

  /** Prints the draws of a fresh process, in which no seed is set. */
  static final class Unseeded {
    public static void main(String[] args) {
      System.out.println(Random.getSeed().isPresent());
      System.out.println(Arrays.toString(Random.uniform(ROW, 0, 1, 7).toFloatArray()));
      System.out.println(Arrays.toString(Random.uniform(ROW, 0, 1).toFloatArray()));
    }
  }

  private static List<String> runUnseeded() throws IOException, InterruptedException {
    String java =
        System.getProperty("java.home") + File.separator + "bin" + File.separator + "java";
    Process p =
        new ProcessBuilder(
                java,
                "-Dmycel.backend=reference",
                "-cp",
                System.getProperty("java.class.path"),
                Unseeded.class.getName())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String out = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, p.waitFor());
    return out.lines().toList();
  }

  @Test
  void withoutGlobalSeedOnlyOperationSeedsRepeatBetweenRuns() throws Exception {
    List<String> first = runUnseeded();
    List<String> second = runUnseeded();
    assertEquals("false", first.get(0));
    assertEquals(first.get(1), second.get(1));
    assertFalse(first.get(2).equals(second.get(2)));
  }

  @Test
  void integersCoverTheirRangeEvenly() {
    Tensor x = Random.randint(-2, 3, Shape.of(50_000), new Generator(4));
    assertEquals(DType.INT64, x.dtype());
    int[] counts = new int[5];
    for (long v : x.toLongArray()) {
      counts[(int) v + 2]++;
    }
    for (int c : counts) {
      assertEquals(10_000, c, 4 * Math.sqrt(50_000 * 0.2 * 0.8));
    }
    assertThrows(ArgumentException.class, () -> Random.randint(3, 3, ROW));
  }

  @Test
  void permutationsHoldEachNumberOnce() {
    long[] p = Random.randperm(1000, new Generator(8)).toLongArray();
    assertFalse(p[0] == 0 && p[1] == 1 && p[2] == 2);
    Arrays.sort(p);
    long[] all = new long[1000];
    Arrays.setAll(all, i -> i);
    assertArrayEquals(all, p);
    Tensor x = Ops.arange(20);
    Tensor shuffled = Random.shuffle(x, new Generator(2));
    assertTrue(shuffled.sort(0, false).first().sameAs(x));
  }

  @Test
  void normalHasItsMeanAndDeviation() {
    Tensor x = Random.normal(Shape.of(100_000), 3, 2, new Generator(1));
    assertEquals(3, x.mean().item(), 4 * 2 / Math.sqrt(100_000));
    assertEquals(2, x.std().item(), 0.03);
  }

  @Test
  void choicesFollowTheirWeights() {
    Tensor w = Tensor.of(new float[] {1, 0, 3});
    long[] drawn = Random.multinomial(w, 40_000, true, new Generator(3)).toLongArray();
    long twos = Arrays.stream(drawn).filter(v -> v == 2).count();
    assertEquals(30_000, twos, 4 * Math.sqrt(40_000 * 0.75 * 0.25));
    assertTrue(Arrays.stream(drawn).noneMatch(v -> v == 1));
    Tensor all = Tensor.of(new float[][] {{1, 2, 3}, {3, 2, 1}});
    Tensor once = Random.multinomial(all, 3, false, new Generator(3));
    assertEquals(Shape.of(2, 3), once.shape());
    assertEquals("[[0 1 2]\n [0 1 2]]", once.sort(1, false).first().toString());
    assertEquals(
        0.3,
        Random.bernoulli(Shape.of(40_000), 0.3, new Generator(5)).mean().item(),
        4 * Math.sqrt(0.3 * 0.7 / 40_000));
  }

  @Test
  void upperBoundIsNeverReached() {
    Tensor x = Random.uniform(Shape.of(1 << 20), 16_777_215, 16_777_216, new Generator(9));
    assertTrue(x.lt(16_777_216).all().itemBoolean());
  }
}
