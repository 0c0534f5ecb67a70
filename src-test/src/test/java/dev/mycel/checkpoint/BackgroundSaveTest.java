package dev.mycel.checkpoint;

import static dev.mycel.junit.MycelAssertions.assertNoLeak;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.DType;
import dev.mycel.core.Mycel;
import dev.mycel.core.Ops;
import dev.mycel.core.Scope;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Parameter;
import dev.mycel.nn.layer.Dense;
import dev.mycel.optim.Momentum;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Saving and loading beside the program. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BackgroundSaveTest {
  @TempDir Path folder;

  @BeforeEach
  void onTheDefaultBackend() {
    Mycel.setBackend("onednn");
  }

  private static float[] floats(Path file, String name) {
    return Checkpoints.loadCheckpoint(file).get(name).value().toFloatArray();
  }

  /** Holds the place of a running save until the latch falls. */
  private CompletableFuture<Path> occupied(CountDownLatch until) {
    return BackgroundSaves.start(
        folder.resolve("occupied"),
        () -> {
          try {
            until.await();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        });
  }

  @Test
  void aNetComesBackAndTheFutureGivesItsFile() {
    Dense net = new Dense(3, 2);
    Path file = Checkpoints.saveCheckpointAsync(net, folder.resolve("net")).join();
    assertEquals(folder.resolve("net.ckpt"), file);
    Dense fresh = new Dense(3, 2);
    assertTrue(
        Checkpoints.loadParamIntoNet(fresh, Checkpoints.loadCheckpointAsync(file).join())
            .isComplete());
    assertTrue(fresh.weight().value().sameAs(net.weight().value()));
  }

  /** The large entry takes so long to write that the small one is updated before its turn. */
  @Test
  void theFileHasTheValuesOfTheCallWhateverIsWrittenAfterwards() {
    Parameter weight = new Parameter(Ops.ones(1000), "weight");
    Momentum optimizer = new Momentum(List.of(weight), 0.5, 0.9);
    optimizer.call(List.of(Ops.zeros(1000)));
    Parameter replaced = new Parameter(Ops.ones(3), "replaced");
    Map<String, Object> entries = new LinkedHashMap<>();
    entries.put("large", Ops.zeros(1 << 24));
    entries.put("weight", weight);
    entries.put("replaced", replaced);
    Tensor before = weight.held();
    CompletableFuture<Path> save =
        Checkpoints.saveCheckpointAsync(
            entries, folder.resolve("snapshot"), SaveOptions.defaults());
    optimizer.call(List.of(Ops.ones(1000)));
    replaced.setData(Ops.zeros(3));
    entries.clear();
    try (Scope scope = Scope.open()) {
      assertEquals(0.5f, weight.value().toFloatArray()[999], "the training went on");
    }
    assertNotSame(before, weight.held(), "in memory that is not the file's");
    Path file = save.join();
    assertArrayEquals(Ops.ones(1000).toFloatArray(), floats(file, "weight"));
    assertArrayEquals(new float[] {1, 1, 1}, floats(file, "replaced"));
    Tensor own = weight.held();
    optimizer.call(List.of(Ops.ones(1000)));
    assertSame(own, weight.held(), "updates are in place again");
  }

  @Test
  void tensorsThatAreClosedAfterTheCallAreWritten() {
    CompletableFuture<Path> save;
    try (Scope scope = Scope.open()) {
      Tensor large = SafetensorsTest.random(DType.INT8, 1 << 22);
      Tensor late = Ops.arange(4).cast(DType.FLOAT32);
      Map<String, Tensor> entries = new LinkedHashMap<>();
      entries.put("large", large);
      entries.put("late", late);
      save =
          Checkpoints.saveCheckpointAsync(
              entries, folder.resolve("closed"), SaveOptions.defaults());
      late.close();
    }
    assertArrayEquals(new float[] {0, 1, 2, 3}, floats(save.join(), "late"));
  }

  @Test
  void everySaveWaitsForTheOneBefore() throws Exception {
    CountDownLatch until = new CountDownLatch(1);
    CompletableFuture<Path> first = occupied(until);
    Path file = folder.resolve("next.ckpt");
    List<Thread> savers = new ArrayList<>();
    savers.add(new Thread(() -> Checkpoints.saveCheckpoint(new Dense(2, 1), file)));
    savers.add(new Thread(() -> Checkpoints.saveCheckpointAsync(new Dense(2, 1), file).join()));
    for (Thread saver : savers) {
      saver.start();
    }
    for (Thread saver : savers) {
      while (saver.getState() != Thread.State.WAITING) {
        Thread.sleep(1);
      }
    }
    assertFalse(Files.exists(file));
    until.countDown();
    for (Thread saver : savers) {
      saver.join();
    }
    first.join();
    assertTrue(Files.exists(file));
  }

  @Test
  void filesOfOneNameHaveTheLastValues() {
    Path file = folder.resolve("same.ckpt");
    List<CompletableFuture<Path>> saves = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      saves.add(
          Checkpoints.saveCheckpointAsync(
              Map.of("i", Tensor.scalar(i)), file, SaveOptions.defaults()));
    }
    saves.forEach(CompletableFuture::join);
    assertArrayEquals(new float[] {19}, floats(file, "i"));
    CompletableFuture<Path> before =
        Checkpoints.saveCheckpointAsync(
            Map.of("i", Tensor.scalar(20)), file, SaveOptions.defaults());
    Checkpoints.saveCheckpoint(Map.of("i", Tensor.scalar(21)), file);
    before.join();
    assertArrayEquals(new float[] {21}, floats(file, "i"));
  }

  @Test
  void aFailureIsInTheFutureAndInTheLogAndStopsNothing() {
    Path nowhere = folder.resolve("none").resolve("a.ckpt");
    try (Logs logs = new Logs()) {
      CompletableFuture<Path> save = Checkpoints.saveCheckpointAsync(new Dense(2, 1), nowhere);
      CompletionException e = assertThrows(CompletionException.class, save::join);
      CheckpointException cause = assertInstanceOf(CheckpointException.class, e.getCause());
      assertTrue(cause.getMessage().contains("the folder does not exist"), cause.getMessage());
      assertEquals(1, logs.lines().size(), logs.lines().toString());
      assertTrue(
          logs.lines().get(0).matches("SEVERE .*failed.*a.ckpt is as before"),
          logs.lines().toString());
    }
    Path file = Checkpoints.saveCheckpointAsync(new Dense(2, 1), folder.resolve("b")).join();
    assertTrue(Checkpoints.checkCheckpoint(file));
  }

  @Test
  void whatCannotBeSavedIsRefusedAtOnceAndBlocksNothing() throws IOException {
    Map<String, Object> entries = Map.of("w", Ops.ones(1), "thread", new Thread());
    Path file = folder.resolve("bad");
    assertThrows(
        ArgumentException.class,
        () -> Checkpoints.saveCheckpointAsync(entries, file, SaveOptions.defaults()));
    Checkpoints.saveCheckpoint(new Dense(2, 1), folder.resolve("good"));
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(List.of(folder.resolve("good.ckpt")), files.toList());
    }
  }

  @Test
  void whoHearsOfASaveMaySaveAgain() throws Exception {
    CompletableFuture<Path> second =
        Checkpoints.saveCheckpointAsync(new Dense(2, 1), folder.resolve("1"))
            .thenApply(file -> Checkpoints.saveCheckpoint(new Dense(2, 1), folder.resolve("2")));
    assertEquals(folder.resolve("2.ckpt"), second.get(30, TimeUnit.SECONDS));
  }

  @Test
  void anInterruptWhileWaitingIsKeptAndTheSaveMade() {
    CountDownLatch until = new CountDownLatch(1);
    CompletableFuture<Path> first = occupied(until);
    Thread.currentThread().interrupt();
    new Thread(until::countDown).start();
    Path file;
    try {
      file = Checkpoints.saveCheckpoint(new Dense(2, 1), folder.resolve("net"));
    } finally {
      assertTrue(Thread.interrupted(), "the thread is still interrupted");
    }
    first.join();
    assertEquals(2, Checkpoints.loadCheckpoint(file).size());
  }

  @Test
  void memoryIsGivenBackWhenASaveEnds() {
    assertNoLeak(
        () -> {
          Tensor large = Ops.ones(1 << 20);
          CompletableFuture<Path> save =
              Checkpoints.saveCheckpointAsync(
                  Map.of("large", large), folder.resolve("m"), SaveOptions.defaults());
          large.close();
          save.join();
        });
  }

  @Test
  void anErrorOfLoadingIsInTheFuture() {
    CompletableFuture<LoadedParameters> load =
        Checkpoints.loadCheckpointAsync(folder.resolve("none.ckpt"));
    CompletionException e = assertThrows(CompletionException.class, load::join);
    assertInstanceOf(CheckpointException.class, e.getCause());
  }
}
