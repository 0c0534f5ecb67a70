package dev.mycel.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Generator;
import dev.mycel.core.Mycel;
import dev.mycel.core.Pair;
import dev.mycel.core.Tensor;
import dev.mycel.core.TensorException;
import dev.mycel.junit.MycelTest;
import dev.mycel.nn.Cell;
import dev.mycel.nn.SequentialCell;
import dev.mycel.nn.amp.AmpLevel;
import dev.mycel.nn.layer.Dense;
import dev.mycel.nn.layer.Dropout;
import dev.mycel.nn.loss.MSELoss;
import dev.mycel.optim.amp.AmpOptions;
import dev.mycel.optim.amp.DynamicLossScaleManager;
import dev.mycel.train.metrics.Metrics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model whose training ended anywhere goes on as if it had not. */
@MycelTest
class ResumeTest {
  private static final int EPOCHS = 3;
  private static final int BATCHES = 4;

  @TempDir Path folder;

  /** One process: everything is made anew. */
  private static final class Attempt {
    final Lines out = Lines.open();
    final Cell<Tensor, Tensor> net;
    final Model<Tensor, Tensor, Tensor> model;
    final Generator order = new Generator(2);
    final ShuffledBatches<Pair<Tensor, Tensor>> data =
        ShuffledBatches.of(Lines.plane(BATCHES), order);
    final History history = new History();
    final EarlyStopping stopping =
        EarlyStopping.monitor("mae").patience(50).restoreBestWeights(true).build();

    Attempt(long seed) {
      Mycel.setSeed(seed);
      net = new SequentialCell(new Dense(2, 8), Dropout.p(0.4), new Dense(8, 1));
      model =
          Model.<Tensor, Tensor, Tensor>builder(net)
              .loss(new MSELoss())
              .optimizer(Runs.optimizer("Adam", net))
              .metrics(Metrics.of("mae", "loss"))
              .amp(
                  AmpOptions.of(AmpLevel.O2)
                      .lossScaleManager(new DynamicLossScaleManager(1 << 22, 2, 3)))
              .build();
    }

    EvalResults fit(TrainOptions options, Callback... more) {
      List<Callback> all = new ArrayList<>(List.of(more));
      all.addAll(0, List.of(new LossMonitor(3, out.stream()), history, stopping));
      return model.fit(
          EPOCHS,
          data,
          Lines.plane(2),
          options.generator("order", order).validFrequency(2),
          all.toArray(new Callback[0]));
    }
  }

  private static TrainOptions options() {
    return TrainOptions.defaults();
  }

  /** Fails before a step, as a process does that is killed. */
  private static LambdaCallback killedBefore(long step) {
    return new LambdaCallback()
        .onTrainStepBegin(
            c -> {
              if (c.originalArgs().curStepNum() == step) {
                throw new IllegalStateException("killed");
              }
            });
  }

  private static LambdaCallback stoppedAfter(long step) {
    return new LambdaCallback()
        .onTrainStepEnd(
            c -> {
              if (c.originalArgs().curStepNum() == step) {
                c.requestStop();
              }
            });
  }

  private CheckpointManager manager(String name) {
    return CheckpointManager.builder(folder.resolve(name)).keepNewest(2).keepBest("mae").build();
  }

  private Path last(String name) {
    return folder.resolve(name).resolve("CKP-" + EPOCHS + "_" + BATCHES + ".ckpt");
  }

  private static void assertSameBytes(Path expected, Path actual, String what) throws IOException {
    assertEquals(-1, Files.mismatch(expected, actual), what);
  }

  /** A training that nobody ends, with a state after each step. */
  private Attempt whole() {
    Attempt attempt = new Attempt(1);
    try (CheckpointManager manager = manager("whole")) {
      attempt.fit(options(), manager.everySteps(1));
    }
    return attempt;
  }

  @Test
  void aTrainingKilledBeforeAnyStepEndsAsOneThatWasNot() throws IOException {
    Attempt whole = whole();
    for (int step = 2; step <= EPOCHS * BATCHES; step++) {
      String name = "killed before " + step;
      Attempt first = new Attempt(1);
      try (CheckpointManager manager = manager(name)) {
        LambdaCallback kill = killedBefore(step);
        assertThrows(
            IllegalStateException.class,
            () -> first.fit(options().resumeFrom(manager), kill, manager.everySteps(1)));
      }
      Attempt second = new Attempt(77);
      try (CheckpointManager manager = manager(name)) {
        second.fit(options().resumeFrom(manager), manager.everySteps(1));
      }
      assertSameBytes(last("whole"), last(name), name);
      List<String> lines = new ArrayList<>(first.out.printed());
      if (step == 2 * BATCHES + 1) {
        // The last state is from before the evaluation, which is done and printed once more.
        assertTrue(lines.remove(lines.size() - 1).startsWith("Eval result: epoch 2"), name);
      }
      lines.addAll(second.out.printed());
      assertEquals(whole.out.printed(), lines, name);
      assertEquals(whole.history.epoch(), second.history.epoch(), name);
      assertEquals(whole.history.history(), second.history.history(), name);
    }
  }

  @Test
  void aTrainingThatWasStoppedGoesOnInItsEpoch() throws IOException {
    Attempt whole = whole();
    for (int step : new int[] {2, 4, 7}) {
      String name = "stopped after " + step;
      try (CheckpointManager manager = manager(name)) {
        new Attempt(1).fit(options(), stoppedAfter(step), manager.everySteps(100));
        Attempt second = new Attempt(77);
        second.fit(options().resumeFrom(manager), manager.everySteps(100));
        assertTrue(Files.exists(last(name)), name);
        assertEquals(whole.history.history(), second.history.history(), name);
        for (var e : whole.net.parametersDict().entrySet()) {
          assertTrue(
              e.getValue().value().sameAs(second.net.parametersDict().get(e.getKey()).value()),
              name + ": " + e.getKey());
        }
      }
    }
  }

  @Test
  void statesAfterEpochsAreEnoughToo() throws IOException {
    Attempt whole = new Attempt(1);
    try (CheckpointManager manager = manager("whole")) {
      whole.fit(options(), manager.everyEpoch());
      assertEquals(2, manager.checkpoints().size());
      assertTrue(manager.best().isPresent(), "epoch 2 had an evaluation");
    }
    try (CheckpointManager manager = manager("killed")) {
      LambdaCallback kill = killedBefore(10);
      assertThrows(
          IllegalStateException.class,
          () -> new Attempt(1).fit(options(), kill, manager.everyEpoch()));
      assertTrue(manager.latest().orElseThrow().endsWith("CKP-2_4.ckpt"));
      new Attempt(77).fit(options().resumeFrom(manager), manager.everyEpoch());
    }
    assertSameBytes(last("whole"), last("killed"), "after epochs");
  }

  @Test
  void aModelCheckpointSavesStatesIfAskedFor() throws IOException {
    CheckpointConfig config =
        CheckpointConfig.builder()
            .saveCheckpointSteps(5)
            .trainingState(true)
            .append(Map.of("note", "a plane"))
            .appendStepNum()
            .build();
    Path whole = folder.resolve("whole");
    new Attempt(1).fit(options(), new ModelCheckpoint(whole, config));
    Path killed = folder.resolve("killed");
    LambdaCallback kill = killedBefore(8);
    assertThrows(
        IllegalStateException.class,
        () -> new Attempt(1).fit(options(), kill, new ModelCheckpoint(killed, config)));
    Path state = killed.resolve("CKP-2_1.ckpt");
    new Attempt(77).fit(options().resumeFrom(state), new ModelCheckpoint(killed, config));
    assertSameBytes(
        whole.resolve("CKP-3_2.ckpt"), killed.resolve("CKP_1-3_2.ckpt"), "by a callback");
    Attempt other = new Attempt(3);
    TrainingState read =
        other.model.trainingState().data(other.data).generator("order", other.order);
    read.restore(state);
    assertEquals("a plane", read.getString("note"));
    assertEquals(5, read.getLong("step_num"));
    assertEquals(5, read.step());
  }

  @Test
  void aTrainingThatIsDoneStaysSo() throws IOException {
    Attempt whole = whole();
    byte[] before = Files.readAllBytes(last("whole"));
    Attempt again = new Attempt(5);
    try (CheckpointManager manager = manager("whole")) {
      assertTrue(again.fit(options().resumeFrom(manager), manager.everySteps(1)).isEmpty());
      assertEquals(before.length, Files.size(last("whole")));
    }
    assertEquals(-1, java.util.Arrays.mismatch(before, Files.readAllBytes(last("whole"))));
    assertEquals(whole.history.history(), again.history.history());
    assertTrue(again.out.printed().isEmpty());
  }

  @Test
  void callbacksSeeTheNumbersOfTheTraining() {
    try (CheckpointManager manager = manager("numbers")) {
      new Attempt(1).fit(options(), stoppedAfter(6), manager.everySteps(100));
      List<String> seen = new ArrayList<>();
      LambdaCallback look =
          new LambdaCallback()
              .onTrainBegin(c -> seen.add(numbers(c)))
              .onTrainStepEnd(c -> seen.add(numbers(c)));
      new Attempt(2).fit(options().resumeFrom(manager), look, stoppedAfter(9));
      assertEquals(List.of("2 2 6 of 4", "2 3 7 of 4", "2 4 8 of 4", "3 1 9 of 4"), seen);
    }
  }

  private static String numbers(RunContext context) {
    InternalCallbackParam a = context.originalArgs();
    assertTrue(a.resumedFrom().isPresent());
    return a.curEpochNum()
        + " "
        + a.curStepInEpoch()
        + " "
        + a.curStepNum()
        + " of "
        + a.batchNum().orElse(0);
  }

  /** Refuses the state that it saves. */
  private static final class Refusing extends Callback {
    @Override
    public Map<String, Object> state() {
      return Map.of("a", 1L);
    }

    @Override
    public void restoreState(Map<String, Object> state) {
      throw new IllegalStateException("refused");
    }
  }

  @Test
  void whatACallbackRefusesChangesNothing() throws IOException {
    Path state = folder.resolve("state.ckpt");
    LambdaCallback save =
        new LambdaCallback().onTrainEnd(c -> c.originalArgs().trainingState().save(state));
    new Attempt(1).fit(options(), new Refusing(), save, stoppedAfter(6));
    Attempt other = new Attempt(2);
    TrainingState mine =
        other.model.trainingState().data(other.data).generator("order", other.order);
    Path before = mine.save(folder.resolve("before"));
    IllegalStateException e =
        assertThrows(
            IllegalStateException.class,
            () -> other.fit(options().resumeFrom(state), new Refusing()));
    assertEquals("refused", e.getMessage());
    assertSameBytes(before, mine.save(folder.resolve("after")), "refused");
  }

  @Test
  void aLateTrainingGetsAPrefixOfItsOwn() throws IOException {
    try (CheckpointManager manager = manager("two")) {
      new Attempt(1).fit(options(), manager.everyEpoch());
      new Attempt(1).fit(options(), manager.everyEpoch());
    }
    assertSameBytes(last("two"), folder.resolve("two").resolve("CKP_1-3_4.ckpt"), "two trainings");
    try (Stream<Path> files = Files.list(folder.resolve("two"))) {
      assertEquals(5, files.count(), "two states of each training, and the lock");
    }
  }

  @Test
  void mistakesGetTheirMessages() {
    Attempt attempt = new Attempt(1);
    try (CheckpointManager manager = manager("m")) {
      TrainOptions both = options().initialEpoch(1).resumeFrom(manager);
      assertEquals(
          "fit: initialEpoch and resumeFrom exclude each other\n  initialEpoch  1\n"
              + "  hint  leave initialEpoch out: a resumed training knows its epoch",
          assertThrows(ArgumentException.class, () -> attempt.fit(both)).getMessage());
    }
    assertEquals(
        "train: two generators are called 'a'",
        assertThrows(
                ArgumentException.class,
                () -> options().generator("a", attempt.order).generator("a", attempt.order))
            .getMessage());
    assertEquals(
        "CheckpointConfig: a training state is that of the whole training\n  savedNetwork  Dense\n"
            + "  hint  leave savedNetwork out, or save it by a second ModelCheckpoint",
        assertThrows(
                ArgumentException.class,
                () ->
                    CheckpointConfig.builder()
                        .trainingState(true)
                        .savedNetwork(new Dense(2, 1))
                        .build())
            .getMessage());
    LambdaCallback ask = new LambdaCallback().onEvalBegin(c -> c.originalArgs().trainingState());
    assertTrue(
        assertThrows(TensorException.class, () -> attempt.model.eval(Lines.plane(1), ask))
            .getMessage()
            .startsWith("trainingState: an evaluation has none"));
    TensorException missing =
        assertThrows(
            TensorException.class,
            () -> attempt.fit(options().resumeFrom(folder.resolve("none.ckpt"))));
    assertTrue(missing.getMessage().contains("the file does not exist"), missing::getMessage);
  }
}
