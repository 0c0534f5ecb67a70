package dev.mycel.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.checkpoint.CheckpointException;
import dev.mycel.checkpoint.Checkpoints;
import dev.mycel.core.DType;
import dev.mycel.core.Ops;
import dev.mycel.core.Scope;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;
import dev.mycel.nn.Parameter;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process that saves without end is killed at random moments: its newest state is whole each
 * time, and the next process goes on from it. The system property {@code mycel.kills} is the number
 * of kills, {@code mycel.kills.seed} their seed.
 */
class KilledSavesTest {
  private static final int SIZE = 1 << 19;
  private static final int LANES = 2;

  /** Half a million numbers, all of them the number of the step. */
  private static final class Net extends Cell<Tensor, Tensor> {
    final Parameter weight = new Parameter(Ops.zeros(Shape.of(SIZE), DType.FLOAT32), "weight");

    @Override
    protected Tensor construct(Tensor x) {
      return x.mul(weight.value());
    }
  }

  /** What is killed. */
  static final class Child {
    public static void main(String[] args) {
      Net net = new Net();
      TrainingState state = TrainingState.of(net);
      try (CheckpointManager manager =
          CheckpointManager.builder(Path.of(args[0])).keepNewest(3).removeLeftovers(true).build()) {
        manager.latest().ifPresent(state::restore);
        long last = args.length > 1 ? Long.parseLong(args[1]) : Long.MAX_VALUE;
        while (state.step() < last) {
          state.advance();
          try (Scope scope = Scope.open()) {
            net.weight.setData(Ops.full(net.weight.shape(), state.step(), DType.FLOAT32));
          }
          manager.save(state);
          System.out.println(state.step());
        }
      }
    }
  }

  /** What one folder came to. */
  private record Lane(int kills, int torn, long steps) {}

  /**
   * Processes start slowly and wait for the disk: two run at a time, each in a folder of its own.
   */
  @Test
  void afterEveryKillTheNewestStateIsWholeAndStepsGoForward(@TempDir Path folder) throws Exception {
    int kills = Integer.getInteger("mycel.kills", 200);
    long seed = Long.getLong("mycel.kills.seed", System.nanoTime());
    SplittableRandom random = new SplittableRandom(seed);
    long begin = System.nanoTime();
    Path first = Files.createDirectory(folder.resolve("first"));
    ClassArchive classes =
        ClassArchive.of(Child.class, Children.smallClassPath(), folder, first.toString(), "3");
    assertEquals(3, wholeStep(first), "a process that nobody kills ends by itself");
    ExecutorService pool = Executors.newFixedThreadPool(LANES);
    List<Future<Lane>> running = new ArrayList<>();
    for (int i = 0; i < LANES; i++) {
      int share = kills / LANES + (i < kills % LANES ? 1 : 0);
      Path own = Files.createDirectory(folder.resolve("lane" + i));
      SplittableRandom draws = random.split();
      String what = "lane " + i + " of seed " + seed;
      running.add(pool.submit(() -> killAgainAndAgain(classes, own, share, draws, what)));
    }
    pool.shutdown();
    int done = 0;
    int torn = 0;
    long steps = 0;
    for (Future<Lane> lane : running) {
      done += lane.get().kills();
      torn += lane.get().torn();
      steps += lane.get().steps();
    }
    System.out.printf(
        Locale.ROOT,
        "%d kills, %d in the midst of writing, %d steps, %.1f s, seed %d%n",
        done,
        torn,
        steps,
        (System.nanoTime() - begin) / 1e9,
        seed);
    assertEquals(kills, done);
    assertTrue(torn > kills / 10, torn + " kills fell into the writing of a file; seed " + seed);
  }

  private static Lane killAgainAndAgain(
      ClassArchive classes, Path folder, int kills, SplittableRandom random, String what)
      throws IOException, InterruptedException {
    long before = 0;
    int torn = 0;
    for (int i = 0; i < kills; i++) {
      killOne(classes, folder, random, i == 0);
      torn += leftovers(folder) > 0 ? 1 : 0;
      long step = wholeStep(folder);
      assertTrue(
          step > before, what + ", kill " + i + ": step " + before + " is followed by " + step);
      before = step;
    }
    return new Lane(kills, torn, before);
  }

  /** Lets a process save at least once, and kills it within the time of a few saves. */
  private static void killOne(
      ClassArchive classes, Path folder, SplittableRandom random, boolean tryLock)
      throws IOException, InterruptedException {
    Path errors = folder.resolve("errors.txt");
    Process child =
        Children.start(
            Child.class, classes.classPath(), classes.options(), errors, folder.toString());
    try (BufferedReader out =
        new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
      String first = out.readLine();
      assertTrue(first != null, () -> "the process ended by itself: " + text(errors));
      if (tryLock) {
        CheckpointException e =
            assertThrows(CheckpointException.class, () -> CheckpointManager.open(folder));
        assertTrue(
            String.valueOf(e.getMessage()).contains("in      another process"), e::getMessage);
      }
      Thread.sleep(random.nextInt(60), random.nextInt(1_000_000));
    } finally {
      child.destroyForcibly().waitFor();
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static long leftovers(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(Checkpoints::isLeftover).count();
    }
  }

  /** The step of the newest state, all of whose numbers must be that. */
  private static long wholeStep(Path folder) {
    Net net = new Net();
    try (CheckpointManager manager = CheckpointManager.builder(folder).keepNewest(3).build()) {
      Path newest = manager.checkpoints().get(0);
      assertEquals(Optional.of(newest), manager.latest());
      assertTrue(manager.checkpoints().size() <= 4, () -> manager.checkpoints().toString());
      long step = TrainingState.of(net).restore(newest).step();
      for (float x : net.weight.value().toFloatArray()) {
        assertEquals((float) step, x);
      }
      return step;
    }
  }
}
