package dev.mycel.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.checkpoint.CheckpointException;
import dev.mycel.checkpoint.Checkpoints;
import dev.mycel.checkpoint.SaveOptions;
import dev.mycel.core.ArgumentException;
import dev.mycel.core.Ops;
import dev.mycel.junit.MycelTest;
import dev.mycel.nn.layer.Dense;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which states a manager keeps, finds and passes over. */
@MycelTest
class CheckpointManagerTest {
  @TempDir Path folder;
  private final Dense net = new Dense(2, 1);
  private final List<Integer> batches = List.of(1, 2, 3);

  /** The state after so many steps, three an epoch. */
  private TrainingState after(int steps) {
    TrainingState state = TrainingState.of(net).data(batches);
    for (int i = 0; i < steps; i++) {
      if (i % 3 == 0) {
        state.startEpoch(batches);
      }
      state.advance();
      if (i % 3 == 2) {
        state.endEpoch();
      }
    }
    return state;
  }

  private List<String> files() throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.map(p -> p.getFileName().toString())
          .filter(name -> name.endsWith(".ckpt"))
          .sorted()
          .toList();
    }
  }

  private Path file(String name) {
    return folder.resolve(name);
  }

  @Test
  void theNewestAreKept() throws IOException {
    try (CheckpointManager manager = CheckpointManager.builder(folder).keepNewest(2).build()) {
      assertEquals(Optional.empty(), manager.latest());
      assertEquals(Optional.empty(), manager.best());
      for (int step = 1; step <= 5; step++) {
        manager.save(after(step));
      }
      assertEquals(List.of("CKP-2_1.ckpt", "CKP-2_2.ckpt"), files());
      assertEquals(Optional.of(file("CKP-2_2.ckpt")), manager.latest());
      assertEquals(List.of(file("CKP-2_2.ckpt"), file("CKP-2_1.ckpt")), manager.checkpoints());
      assertEquals(5, after(0).restore(manager.latest().orElseThrow()).step());
    }
  }

  @Test
  void theBestIsKeptAndFoundByTheNextProcess() throws IOException {
    double[] accuracy = {0.5, 0.9, Double.NaN, 0.9, 0.7, 0.8};
    try (CheckpointManager manager =
        CheckpointManager.builder(folder).keepNewest(1).keepBest("accuracy").build()) {
      for (int step = 1; step <= 5; step++) {
        manager.save(after(step), accuracy[step - 1]);
      }
      assertEquals(List.of("CKP-1_2.ckpt", "CKP-2_2.ckpt"), files());
    }
    try (CheckpointManager manager =
        CheckpointManager.builder(folder).keepNewest(1).keepBest("accuracy").build()) {
      assertEquals(Optional.of(file("CKP-1_2.ckpt")), manager.best());
      manager.save(after(6), accuracy[5]);
      assertEquals(List.of("CKP-1_2.ckpt", "CKP-2_3.ckpt"), files());
      manager.save(after(7));
      assertEquals(List.of("CKP-1_2.ckpt", "CKP-3_1.ckpt"), files());
    }
    try (CheckpointManager other =
        CheckpointManager.builder(folder).keepBest("accuracy", EarlyStopping.Mode.MIN).build()) {
      other.save(after(8), 0.95);
      other.save(after(9), 0.1);
      assertEquals(Optional.of(file("CKP-3_3.ckpt")), other.best());
    }
  }

  @Test
  void lossesAreBetterWhenSmaller() {
    try (CheckpointManager manager =
        CheckpointManager.builder(folder).keepNewest(1).keepBest("loss").build()) {
      manager.save(after(1), 2);
      manager.save(after(2), 1);
      manager.save(after(3), 3);
      assertEquals(Optional.of(file("CKP-1_2.ckpt")), manager.best());
    }
  }

  @Test
  void aTrainingThatDoesNotGoOnGetsTheNextPrefix() throws IOException {
    try (CheckpointManager manager = CheckpointManager.open(folder)) {
      manager.save(after(4));
      manager.save(after(4));
      assertEquals(List.of("CKP-2_1.ckpt"), files());
      manager.save(after(2));
      assertEquals(List.of("CKP-2_1.ckpt", "CKP_1-1_2.ckpt"), files());
      manager.beginRun();
      manager.beginRun();
      manager.save(after(1));
      assertEquals(List.of("CKP-2_1.ckpt", "CKP_1-1_2.ckpt", "CKP_2-1_1.ckpt"), files());
    }
    try (CheckpointManager manager = CheckpointManager.open(folder)) {
      assertEquals(Optional.of(file("CKP_2-1_1.ckpt")), manager.latest());
      manager.save(after(1)); // the one that was given: it goes on
      manager.save(after(2));
      assertEquals(
          List.of("CKP-2_1.ckpt", "CKP_1-1_2.ckpt", "CKP_2-1_1.ckpt", "CKP_2-1_2.ckpt"), files());
    }
    try (CheckpointManager manager = CheckpointManager.open(folder)) {
      manager.save(after(2));
      assertTrue(files().contains("CKP_3-1_2.ckpt"));
    }
  }

  @Test
  void aDamagedNewestIsPassedOverAndReplaced() throws IOException {
    try (CheckpointManager manager = CheckpointManager.open(folder)) {
      for (int step = 1; step <= 4; step++) {
        manager.save(after(step));
      }
    }
    byte[] bytes = Files.readAllBytes(file("CKP-2_1.ckpt"));
    Files.write(file("CKP-2_1.ckpt"), Arrays.copyOf(bytes, bytes.length / 2));
    // Cut before the check sum, and a bit changed.
    bytes = Files.readAllBytes(file("CKP-1_3.ckpt"));
    Files.write(file("CKP-1_3.ckpt"), Arrays.copyOf(bytes, bytes.length - 17));
    bytes = Files.readAllBytes(file("CKP-1_2.ckpt"));
    bytes[20] ^= 4;
    Files.write(file("CKP-1_2.ckpt"), bytes);
    try (CheckpointManager manager = CheckpointManager.open(folder)) {
      assertEquals(Optional.of(file("CKP-1_1.ckpt")), manager.latest());
      assertEquals(4, manager.checkpoints().size());
      manager.save(after(2));
      manager.save(after(3));
      assertEquals(Optional.of(file("CKP-1_3.ckpt")), manager.latest());
      manager.save(after(4));
      assertEquals(Optional.of(file("CKP-2_1.ckpt")), manager.latest());
      assertEquals(4, files().size());
    }
  }

  @Test
  void whereNothingIsWholeThatIsSaid() throws IOException {
    Checkpoints.saveCheckpoint(
        Map.of("a", Ops.arange(3)), file("CKP-1_1"), SaveOptions.defaults().crcCheck(true));
    Files.createFile(file("CKP-1_2.ckpt"));
    try (CheckpointManager manager = CheckpointManager.open(folder)) {
      CheckpointException e = assertThrows(CheckpointException.class, manager::latest);
      assertEquals(
          "CheckpointManager: there are checkpoints, and none is whole\n  folder  "
              + folder
              + "\n  files   2\n  newest  verify: the file does not end in a check sum\n"
              + "  hint  restore a copy, or move the files away to begin anew",
          e.getMessage());
    }
  }

  @Test
  void theLastGoodStateIsNeverDeleted() throws IOException {
    try (CheckpointManager manager = CheckpointManager.builder(folder).keepNewest(1).build()) {
      Path good = manager.save(after(1));
      TrainingState next = after(2).put("name", 1L);
      // What cannot be saved leaves the one before: a lone half of a surrogate pair is no text.
      next.put("text", "\ud800");
      assertThrows(CheckpointException.class, () -> manager.save(next));
      assertEquals(List.of("CKP-1_1.ckpt"), files());
      assertEquals(Optional.of(good), manager.latest());
    }
  }

  @Test
  void leftoversAreReportedAndIgnored() throws IOException {
    Path left = Files.writeString(file(".mycel-12ab.tmp"), "half");
    Files.writeString(file("note.txt"), "mine");
    try (CheckpointManager manager = CheckpointManager.open(folder)) {
      assertEquals(List.of(left), manager.leftovers());
      assertEquals(Optional.empty(), manager.latest());
      manager.save(after(1));
    }
    assertTrue(Files.exists(left));
    try (CheckpointManager manager =
        CheckpointManager.builder(folder).removeLeftovers(true).build()) {
      assertEquals(List.of(left), manager.leftovers());
      assertFalse(Files.exists(left));
      assertEquals(Optional.of(file("CKP-1_1.ckpt")), manager.latest());
    }
    assertEquals("mine", Files.readString(file("note.txt")));
  }

  @Test
  void aFolderHasOneManager() throws IOException {
    CheckpointManager first = CheckpointManager.open(folder.resolve("new"));
    Path same = folder.resolve("link");
    Files.createSymbolicLink(same, folder.resolve("new"));
    for (int i = 0; i < 2; i++) {
      CheckpointException e =
          assertThrows(CheckpointException.class, () -> CheckpointManager.open(same));
      assertEquals(
          "CheckpointManager: the folder has a manager already\n  folder  "
              + folder.resolve("new").toRealPath()
              + "\n  in      this process\n"
              + "  hint  close that one first, or give each training a folder of its own",
          e.getMessage());
    }
    first.close();
    first.close();
    assertTrue(
        assertThrows(CheckpointException.class, () -> first.save(after(1)))
            .getMessage()
            .startsWith("CheckpointManager: it was closed"));
    CheckpointManager.open(same).close();
  }

  @Test
  void anInterruptedThreadSavesAndFinds() throws IOException {
    try (CheckpointManager manager =
        CheckpointManager.builder(folder).keepNewest(1).keepBest("loss").build()) {
      Thread.currentThread().interrupt();
      manager.save(after(1), 1);
      manager.save(after(2), 2);
      Optional<Path> latest = manager.latest();
      Optional<Path> best = manager.best();
      assertTrue(Thread.interrupted(), "the thread is still interrupted");
      assertEquals(Optional.of(file("CKP-1_2.ckpt")), latest);
      assertEquals(Optional.of(file("CKP-1_1.ckpt")), best);
    }
    Thread.currentThread().interrupt();
    try (CheckpointManager manager = CheckpointManager.builder(folder).keepBest("loss").build()) {
      assertEquals(Optional.of(file("CKP-1_1.ckpt")), manager.best());
    } finally {
      assertTrue(Thread.interrupted(), "the thread is still interrupted");
    }
  }

  @Test
  void mistakesGetTheirMessages() throws IOException {
    CheckpointManager.Builder builder = CheckpointManager.builder(folder);
    assertEquals(
        "CheckpointManager: at least 1 state is kept, got keepNewest(0)",
        assertThrows(ArgumentException.class, () -> builder.keepNewest(0)).getMessage());
    assertEquals(
        "CheckpointManager: the prefix is the beginning of a file name, got 'a/b'",
        assertThrows(ArgumentException.class, () -> builder.prefix("a/b")).getMessage());
    try (CheckpointManager manager = builder.build()) {
      assertEquals(
          "CheckpointManager: everySteps takes at least 1 step, got 0",
          assertThrows(ArgumentException.class, () -> manager.everySteps(0)).getMessage());
      assertTrue(
          assertThrows(ArgumentException.class, () -> manager.save(after(1), 0.5))
              .getMessage()
              .startsWith("CheckpointManager: a value is given, and none is compared"));
    }
    Path note = Files.writeString(file("note.txt"), "mine");
    assertTrue(
        assertThrows(CheckpointException.class, () -> CheckpointManager.open(note))
            .getMessage()
            .startsWith("CheckpointManager: the folder cannot be used\n  folder  " + note));
  }

  // ---- in the background ------------------------------------------------------------------------

  private CheckpointManager.Builder inBackground() {
    return CheckpointManager.builder(folder).asyncSave(true);
  }

  @Test
  void savesInTheBackgroundKeepTheSameFiles() throws IOException {
    try (CheckpointManager manager = inBackground().keepNewest(2).keepBest("loss").build()) {
      manager.save(after(1), 1);
      for (int step = 2; step <= 5; step++) {
        manager.save(after(step), step);
      }
      assertEquals(Optional.of(file("CKP-2_2.ckpt")), manager.latest());
      assertEquals(Optional.of(file("CKP-1_1.ckpt")), manager.best());
      assertEquals(List.of("CKP-1_1.ckpt", "CKP-2_1.ckpt", "CKP-2_2.ckpt"), files());
      manager.save(after(5), 5);
      manager.save(after(6), 6);
    }
    assertEquals(List.of("CKP-1_1.ckpt", "CKP-2_2.ckpt", "CKP-2_3.ckpt"), files());
  }

  @Test
  void aFailedSaveInTheBackgroundIsToldAndTheStateBeforeStays() throws IOException {
    CheckpointManager manager = inBackground().keepNewest(1).build();
    manager.save(after(1));
    manager.await();
    Files.createDirectory(file("CKP-1_2.ckpt")); // where the next file is to be
    manager.save(after(2));
    assertEquals(Optional.of(file("CKP-1_1.ckpt")), manager.latest());
    CheckpointException e = assertThrows(CheckpointException.class, () -> manager.save(after(3)));
    assertTrue(e.getMessage().contains("a save in the background failed"), e::getMessage);
    Files.delete(file("CKP-1_2.ckpt"));
    manager.save(after(3));
    manager.await();
    assertEquals(List.of("CKP-1_3.ckpt"), files());
    Files.createDirectory(file("CKP-2_1.ckpt"));
    manager.save(after(4));
    assertThrows(CheckpointException.class, manager::close);
    CheckpointManager.open(folder).close(); // it was closed all the same
  }

  @Test
  void aTrainingEndsWhenItsSaveInTheBackgroundFails() throws IOException {
    try (CheckpointManager manager = inBackground().build()) {
      LambdaCallback block =
          new LambdaCallback()
              .onTrainStepBegin(
                  c -> {
                    if (c.originalArgs().curStepNum() == 2) {
                      assertTrue(file("CKP-1_2.ckpt").toFile().mkdir());
                    }
                  });
      assertThrows(
          CheckpointException.class,
          () -> Lines.model(net).train(1, Lines.plane(9), block, manager.everySteps(1)));
      assertEquals(Optional.of(file("CKP-1_1.ckpt")), manager.latest());
    }
  }
}
