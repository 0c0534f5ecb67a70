package dev.mycel.train;

import static dev.mycel.checkpoint.Checkpoints.loadCheckpoint;
import static dev.mycel.checkpoint.Checkpoints.loadParamIntoNet;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.checkpoint.LoadMode;
import dev.mycel.checkpoint.LoadedParameters;
import dev.mycel.core.Pair;
import dev.mycel.core.Tensor;
import dev.mycel.core.TensorException;
import dev.mycel.junit.MycelTest;
import dev.mycel.nn.WithLossCell;
import dev.mycel.nn.layer.Dense;
import dev.mycel.nn.loss.MSELoss;
import dev.mycel.train.metrics.Metrics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the callbacks of the library print, save and stop. */
@MycelTest
class CallbacksTest {
  private final Lines out = Lines.open();
  private final Dense net = new Dense(2, 1);

  private static Model<Tensor, Tensor, Tensor> echo() {
    return new Model<>(new Lines.Echo());
  }

  // ---- monitors ---------------------------------------------------------------------------------

  @Test
  void lossMonitorPrintsAsMindSporePrints() {
    echo().train(2, Lines.losses(2.5f, 0.1f), new LossMonitor(1, out.stream()));
    assertEquals(
        List.of(
            "epoch: 1 step: 1, loss is 2.5",
            "epoch: 1 step: 2, loss is 0.10000000149011612",
            "epoch: 2 step: 1, loss is 2.5",
            "epoch: 2 step: 2, loss is 0.10000000149011612"),
        out.printed());
  }

  @Test
  void lossMonitorCountsStepsOverEpochs() {
    echo().train(2, Lines.losses(1, 2, 3), new LossMonitor(2, out.stream()));
    assertEquals(
        List.of(
            "epoch: 1 step: 2, loss is 2.0",
            "epoch: 2 step: 1, loss is 1.0",
            "epoch: 2 step: 3, loss is 3.0"),
        out.printed());
  }

  @Test
  void lossMonitorEndsATrainingWithoutANumber() {
    LossMonitor silent = new LossMonitor(0, out.stream());
    assertThrows(TensorException.class, () -> echo().train(1, Lines.losses(1, Float.NaN), silent));
    assertThrows(
        TensorException.class,
        () -> echo().train(1, Lines.losses(Float.POSITIVE_INFINITY), silent));
    assertEquals("", out.text());
  }

  @Test
  void lossMonitorPrintsResultsOfEvaluations() {
    var model =
        Model.<Tensor, Tensor, Tensor>builder(new Lines.Echo())
            .evalNetwork(new Lines.Echo2())
            .metrics(Metrics.of("mae"))
            .build();
    Tensor one = Tensor.of(new float[] {1}, 1);
    model.fit(
        1,
        Lines.losses(2),
        List.of(new Pair<>(one, one.mul(1.5))),
        new LossMonitor(1, out.stream()));
    assertEquals(
        List.of("epoch: 1 step: 1, loss is 2.0", "Eval result: epoch 1, metrics: {'mae': 0.5}"),
        out.printed());
  }

  @Test
  void numbersAreWrittenAsPythonWritesThem() {
    assertEquals("0.1", PythonText.of(0.1));
    assertEquals("-1e-05", PythonText.of(-1e-5));
    assertEquals("0.0001", PythonText.of(1e-4));
    assertEquals("1e+16", PythonText.of(1e16));
    assertEquals("1.5e+300", PythonText.of(1.5e300));
    assertEquals("123456789.0", PythonText.of(123456789));
    assertEquals("2.3025853633880615", PythonText.of(2.3025853633880615));
    assertEquals("nan", PythonText.of(Double.NaN));
    assertEquals("-inf", PythonText.of(Double.NEGATIVE_INFINITY));
    assertEquals("-0.0", PythonText.of(-0.0));
    assertEquals("2e-44", PythonText.of(2e-44));
  }

  @Test
  void timeMonitorPrintsMillisecondsOfEpochAndStep() {
    AtomicLong now = new AtomicLong();
    LambdaCallback work = new LambdaCallback().onTrainStepBegin(c -> now.addAndGet(2_500_000));
    LambdaCallback fetch = new LambdaCallback().onTrainStepEnd(c -> now.addAndGet(500_000));
    TimeMonitor monitor = new TimeMonitor().to(out.stream()).dataTime(true).clock(now::get);
    echo().train(2, Lines.losses(1, 2), fetch, monitor, work);
    // The first hook of a step's end counts as work, for it comes before the monitor.
    assertEquals(
        List.of(
            "Train epoch time: 6.000 ms, per step time: 3.000 ms, per step data time: 0.000 ms",
            "Train epoch time: 6.000 ms, per step time: 3.000 ms, per step data time: 0.000 ms"),
        out.printed());
  }

  @Test
  void timeMonitorMeasuresWaitingAndEvaluations() {
    AtomicLong now = new AtomicLong();
    Iterable<Tensor> slow =
        () -> Lines.losses(1, 2).stream().peek(x -> now.addAndGet(4_000_000)).iterator();
    echo().train(1, slow, new TimeMonitor(7).to(out.stream()).dataTime(true).clock(now::get));
    var model = Lines.model(net, "mae");
    LambdaCallback work = new LambdaCallback().onEvalStepBegin(c -> now.addAndGet(1_000_000));
    TimeMonitor plain = new TimeMonitor().to(out.stream()).clock(now::get);
    model.fit(1, Lines.plane(1), Lines.plane(4), plain, work);
    assertEquals(
        List.of(
            "Train epoch time: 8.000 ms, per step time: 4.000 ms, per step data time: 4.000 ms",
            "Eval epoch time: 4.000 ms, per step time: 1.000 ms",
            "Train epoch time: 0.000 ms, per step time: 0.000 ms"),
        out.printed());
  }

  @Test
  void progressIsALineForEachEpoch() {
    echo().train(2, Lines.losses(2, 2), new ProgressBar(out.stream(), false));
    List<String> lines = out.printed();
    assertEquals(2, lines.size());
    assertTrue(
        lines.get(0).startsWith("epoch  1/2 [###############---------------]  50 %  loss 2.0000"),
        lines.get(0));
    assertTrue(lines.get(1).startsWith("epoch  2/2 [##############################] 100 %"));
  }

  @Test
  void progressRenewsItsLineInATerminal() {
    echo().train(1, Lines.losses(2, 4), new ProgressBar(out.stream(), true));
    String[] parts = out.text().split("\r", -1);
    assertEquals(4, parts.length, out.text());
    assertTrue(parts[1].contains(" 50 %") && parts[2].contains("100 %"), out.text());
    assertTrue(parts[3].contains("loss 2.1000") && parts[3].endsWith(System.lineSeparator()));
  }

  @Test
  void progressOverDataOfUnknownSizeCountsSteps() {
    Iterable<Tensor> unknown = () -> Lines.losses(2, 2).iterator();
    echo().train(2, unknown, new ProgressBar(out.stream(), true));
    assertTrue(out.text().contains("epoch  1/2  step 2  loss 2.0000"), out.text());
    assertTrue(out.text().contains(" 75 %"), "the first epoch tells the size of the second");
  }

  @Test
  void historyHasAListForEachValue() {
    History history = new History();
    Lines.model(net, "loss", "mae")
        .fit(
            3,
            Lines.plane(1),
            Lines.plane(1),
            TrainOptions.defaults().validFrequency(2).initialEpoch(1),
            history);
    assertEquals(List.of(2, 3), history.epoch());
    assertEquals(
        List.of("net_output", "eval_loss", "mae"), List.copyOf(history.history().keySet()));
    assertEquals(2, history.history().get("net_output").size());
    assertEquals(1, history.history().get("mae").size());
  }

  // ---- checkpoints ------------------------------------------------------------------------------

  private static List<String> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(f -> f.getFileName().toString()).sorted().toList();
    }
  }

  private static CheckpointConfig.Builder config() {
    return CheckpointConfig.builder();
  }

  @Test
  void checkpointsAreNumberedByEpochAndStep(@TempDir Path folder) throws IOException {
    ModelCheckpoint save =
        new ModelCheckpoint("net", folder, config().saveCheckpointSteps(2).build());
    Lines.model(net).train(2, Lines.plane(3), save);
    assertEquals(List.of("net-1_2.ckpt", "net-2_1.ckpt", "net-2_3.ckpt"), files(folder));
    assertEquals(folder.resolve("net-2_3.ckpt"), save.latestCkptFileName().orElseThrow());
    Dense fresh = new Dense(2, 1);
    loadParamIntoNet(fresh, loadCheckpoint(folder.resolve("net-2_3.ckpt")), LoadMode.STRICT);
    assertTrue(fresh.weight().value().sameAs(net.weight().value()));
    assertTrue(
        loadCheckpoint(folder.resolve("net-2_3.ckpt")).containsKey("moments.weight"),
        "the optimiser's state is saved too");
  }

  @Test
  void theEndOfTrainingIsSavedEvenIfNoStepIsDue(@TempDir Path folder) throws IOException {
    Lines.model(net)
        .train(
            1,
            Lines.plane(3),
            new ModelCheckpoint(folder, config().saveCheckpointSteps(100).build()));
    assertEquals(List.of("CKP-1_3.ckpt"), files(folder));
  }

  @Test
  void theOldestFilesAreDeleted(@TempDir Path folder) throws IOException {
    Lines.model(net)
        .train(
            1, Lines.plane(4), new ModelCheckpoint(folder, config().keepCheckpointMax(2).build()));
    assertEquals(List.of("CKP-1_3.ckpt", "CKP-1_4.ckpt"), files(folder));
  }

  @Test
  void filesOfEarlierTrainingsAreLeftAlone(@TempDir Path folder) throws IOException {
    ModelCheckpoint last = new ModelCheckpoint(folder, config().saveCheckpointSteps(100).build());
    Lines.model(net).train(1, Lines.plane(1), last);
    Lines.model(net).train(1, Lines.plane(1), last);
    Files.createFile(folder.resolve("CKP_7-1_1.ckpt"));
    Files.createFile(folder.resolve("CKPX_9-1_1.ckpt"));
    Lines.model(net).train(1, Lines.plane(1), last);
    assertEquals(
        List.of(
            "CKP-1_1.ckpt",
            "CKPX_9-1_1.ckpt",
            "CKP_1-1_1.ckpt",
            "CKP_7-1_1.ckpt",
            "CKP_8-1_1.ckpt"),
        files(folder));
  }

  @Test
  void secondsAndMinutesFollowTheClock(@TempDir Path folder) throws IOException {
    AtomicLong seconds = new AtomicLong();
    LambdaCallback pass = new LambdaCallback().onTrainStepBegin(c -> seconds.addAndGet(30));
    CheckpointConfig config =
        config()
            .saveCheckpointSteps(0)
            .saveCheckpointSeconds(50)
            .keepCheckpointMax(0)
            .keepCheckpointPerNMinutes(3)
            .build();
    ModelCheckpoint save =
        new ModelCheckpoint("CKP", folder, config, () -> seconds.get() * 1_000_000_000L);
    Lines.model(net).train(1, Lines.plane(12), pass, save);
    // Saved at 60, 120, ... 360 s. At 180 s, 60 stays for its three minutes and 120 goes; at 300 s
    // 180 stays for its own and 240 goes.
    assertEquals(
        List.of("CKP-1_10.ckpt", "CKP-1_12.ckpt", "CKP-1_2.ckpt", "CKP-1_6.ckpt"), files(folder));
  }

  @Test
  void moreCanBeAppendedAndAnotherCellSaved(@TempDir Path folder) {
    Lines.model(net)
        .train(
            2,
            Lines.plane(3),
            new ModelCheckpoint(
                "n",
                folder,
                config()
                    .savedNetwork(net)
                    .appendEpochNum()
                    .appendStepNum()
                    .append(Map.of("note", "a plane"))
                    .crcCheck(true)
                    .build()));
    LoadedParameters loaded = loadCheckpoint(folder.resolve("n-2_3.ckpt"));
    assertEquals(List.of("weight", "bias", "epoch_num", "step_num"), List.copyOf(loaded.keySet()));
    assertEquals(2, loaded.get("epoch_num").value().item());
    assertEquals(6, loaded.get("step_num").value().item());
    assertEquals("a plane", loaded.strings().get("note"));
  }

  @Test
  void anErrorLeavesABreakpointIfAskedFor(@TempDir Path folder) throws IOException {
    LambdaCallback fail =
        new LambdaCallback()
            .onTrainStepEnd(
                c -> {
                  if (c.originalArgs().curStepNum() == 2) {
                    throw new IllegalStateException("power");
                  }
                });
    CheckpointConfig config = config().saveCheckpointSteps(100).exceptionSave(true).build();
    assertThrows(
        IllegalStateException.class,
        () -> Lines.model(net).train(1, Lines.plane(3), fail, new ModelCheckpoint(folder, config)));
    assertEquals(List.of("CKP-1_2_breakpoint.ckpt"), files(folder));
    Dense fresh = new Dense(2, 1);
    loadParamIntoNet(fresh, loadCheckpoint(folder.resolve("CKP-1_2_breakpoint.ckpt")));
    assertTrue(fresh.weight().value().sameAs(net.weight().value()));
  }

  @Test
  void anInterruptLeavesAWholeCheckpoint(@TempDir Path folder) throws IOException {
    // Before the callback that saves: the interrupt falls into the save.
    LambdaCallback interrupt =
        new LambdaCallback()
            .onTrainStepEnd(
                c -> {
                  if (c.originalArgs().curStepNum() == 2) {
                    Thread.currentThread().interrupt();
                  }
                });
    Lines.model(net).train(9, Lines.plane(3), interrupt, new ModelCheckpoint(folder));
    assertTrue(Thread.interrupted());
    assertEquals(List.of("CKP-1_1.ckpt", "CKP-1_2.ckpt", "CKP-1_3.ckpt"), files(folder));
    Dense fresh = new Dense(2, 1);
    loadParamIntoNet(fresh, loadCheckpoint(folder.resolve("CKP-1_3.ckpt")));
    assertTrue(fresh.weight().value().sameAs(net.weight().value()));
  }

  // ---- stopping ---------------------------------------------------------------------------------

  /** Fits with evaluations whose losses are these, and returns the number of epochs done. */
  private int epochs(EarlyStopping stopping, float... losses) {
    int[] epoch = {0};
    Iterable<Tensor> valid = () -> Lines.losses(losses[epoch[0]++]).iterator();
    var model =
        Model.<Pair<Tensor, Tensor>, Tensor, Tensor>builder(withLoss())
            .optimizer(Lines.momentum(net))
            .evalNetwork(new Lines.Echo(), 0, 0, 0)
            .metrics(Metrics.of("loss"))
            .build();
    model.fit(losses.length, Lines.plane(1), valid, stopping);
    return epoch[0];
  }

  private WithLossCell<Tensor, Tensor, Tensor, Tensor> withLoss() {
    return new WithLossCell<>(net, new MSELoss());
  }

  private EarlyStopping.Builder evalLoss() {
    return EarlyStopping.monitor("eval_loss").to(out.stream());
  }

  @Test
  void patienceIsTheNumberOfEpochsWithoutImprovement() {
    assertEquals(3, epochs(evalLoss().build(), 3, 2, 2, 1));
    assertEquals(3, epochs(evalLoss().patience(1).build(), 3, 2, 2, 1));
    assertEquals(5, epochs(evalLoss().patience(2).build(), 3, 2, 1, 1, 1, 0));
    assertEquals(4, epochs(evalLoss().patience(2).build(), 3, 2, 2, 1));
    assertEquals(3, epochs(evalLoss().patience(2).minDelta(1).build(), 3, 2.5f, 2.2f, 0));
  }

  @Test
  void zeroIsAValueLikeAnyOther() {
    assertEquals(4, epochs(evalLoss().patience(2).build(), 1, 0, 1, 1, 1));
  }

  @Test
  void aBaselineMustBeReachedToo() {
    assertEquals(2, epochs(evalLoss().patience(2).baseline(1).build(), 3, 2, 0.5f));
    assertEquals(3, epochs(evalLoss().patience(2).baseline(2.5).build(), 3, 2, 1));
  }

  @Test
  void largerIsBetterForTheRest() {
    assertEquals(3, epochs(evalLoss().mode(EarlyStopping.Mode.MAX).build(), 1, 2, 2, 3), "by mode");
    EarlyStopping accuracy = EarlyStopping.monitor("mae").mode(EarlyStopping.Mode.MIN).build();
    assertThrows(TensorException.class, () -> epochs(accuracy, 1, 2));
  }

  @Test
  void stoppingIsPrintedAndTheBestWeightsComeBack() {
    List<Tensor> weights = new ArrayList<>();
    EarlyStopping stopping = evalLoss().verbose(true).restoreBestWeights(true).patience(2).build();
    int[] epoch = {0};
    float[] losses = {3, 1, 2, 2, 0};
    Iterable<Tensor> valid = () -> Lines.losses(losses[epoch[0]++]).iterator();
    Model.<Pair<Tensor, Tensor>, Tensor, Tensor>builder(withLoss())
        .optimizer(Lines.momentum(net))
        .evalNetwork(new Lines.Echo(), 0, 0, 0)
        .metrics(Metrics.of("loss"))
        .build()
        .fit(
            5,
            Lines.plane(1),
            valid,
            new LambdaCallback().onTrainEpochEnd(c -> weights.add(net.weight().value())),
            stopping);
    assertEquals(
        List.of(
            "Restoring model weights from the end of the best epoch.",
            "Epoch 00004: early stopping"),
        out.printed());
    assertEquals(4, stopping.stoppedEpoch().orElseThrow());
    assertTrue(net.weight().value().sameAs(weights.get(1)));
    assertFalse(net.weight().value().sameAs(weights.get(3)));
  }

  @Test
  void theLossOfTrainingCanBeMonitoredWithoutAnEvaluation() {
    EarlyStopping stopping = EarlyStopping.monitor("loss").build();
    List<Integer> epochs = new ArrayList<>();
    echo()
        .train(
            5,
            Lines.losses(1),
            stopping,
            new LambdaCallback().onTrainEpochEnd(c -> epochs.add(c.originalArgs().curEpochNum())));
    assertEquals(List.of(1, 2), epochs);
  }
}
