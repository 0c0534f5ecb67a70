package dev.mycel.train;

import static dev.mycel.junit.MycelAssertions.assertClose;
import static dev.mycel.junit.MycelAssertions.assertNoLeak;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.core.DType;
import dev.mycel.core.Pair;
import dev.mycel.core.Tensor;
import dev.mycel.junit.MycelTest;
import dev.mycel.nn.Cell;
import dev.mycel.nn.WithLossCell;
import dev.mycel.nn.amp.AmpLevel;
import dev.mycel.nn.layer.Dense;
import dev.mycel.nn.layer.Dropout;
import dev.mycel.nn.loss.MSELoss;
import dev.mycel.optim.TrainOneStepCell;
import dev.mycel.optim.amp.AmpOptions;
import dev.mycel.optim.amp.DynamicLossScaleManager;
import dev.mycel.optim.amp.TrainingStep;
import dev.mycel.train.metrics.Metrics;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The loops of a model: what they compute, what they call, and how they end. */
@MycelTest
class ModelTest {
  private final Dense net = new Dense(2, 1);
  private final List<String> log = new ArrayList<>();

  /** Notes every hook that is called. */
  private final class Recorder extends Callback {
    private final String name;

    Recorder(String name) {
      this.name = name;
    }

    private void note(String hook) {
      log.add(name + " " + hook);
    }

    @Override
    public void enter() {
      note("enter");
    }

    @Override
    public void close() {
      note("close");
    }

    @Override
    public void failed(RunContext context, Throwable cause) {
      note("failed " + cause.getMessage());
    }

    @Override
    public void begin(RunContext context) {
      note(context.originalArgs().mode() + " begin");
    }

    @Override
    public void epochBegin(RunContext context) {
      note(context.originalArgs().mode() + " epochBegin");
    }

    @Override
    public void stepBegin(RunContext context) {
      note(context.originalArgs().mode() + " stepBegin");
    }

    @Override
    public void stepEnd(RunContext context) {
      note(context.originalArgs().mode() + " stepEnd " + context.originalArgs().curStepNum());
    }

    @Override
    public void epochEnd(RunContext context) {
      note(context.originalArgs().mode() + " epochEnd");
    }

    @Override
    public void end(RunContext context) {
      note(context.originalArgs().mode() + " end");
    }
  }

  @Test
  void trainingIsTheLoopOfSteps() {
    Dense twin = new Dense(2, 1);
    twin.weight().setData(net.weight().value());
    twin.bias().orElseThrow().setData(net.bias().orElseThrow().value());
    Lines.model(net).train(3, Lines.plane(5));
    var step =
        new TrainOneStepCell<>(new WithLossCell<>(twin, new MSELoss()), Lines.momentum(twin));
    for (int epoch = 0; epoch < 3; epoch++) {
      for (Pair<Tensor, Tensor> batch : Lines.plane(5)) {
        step.call(batch);
      }
    }
    assertTrue(net.weight().value().sameAs(twin.weight().value()));
  }

  @Test
  void fittingLearnsThePlane() {
    EvalResults results = Lines.model(net, "loss", "mae").fit(60, Lines.plane(5), Lines.plane(2));
    assertTrue(results.scalar("loss") < 1e-3, "" + results);
    assertEquals(List.of("loss", "mae"), List.copyOf(results.keySet()));
    assertClose(net.weight().value(), new float[][] {{2, -1}}, 0, 0.1);
  }

  @Test
  void hooksAreCalledInMindSporesOrder() {
    Lines.model(net, "mae").fit(1, Lines.plane(2), Lines.plane(1), new Recorder("a"));
    assertEquals(
        List.of(
            "a enter",
            "a train begin",
            "a train epochBegin",
            "a train stepBegin",
            "a train stepEnd 1",
            "a train stepBegin",
            "a train stepEnd 2",
            "a eval begin",
            "a eval epochBegin",
            "a eval stepBegin",
            "a eval stepEnd 1",
            "a eval epochEnd",
            "a eval end",
            "a train epochEnd",
            "a train end",
            "a close"),
        log);
  }

  @Test
  void callbacksAreClosedInReverseWhateverHappens() {
    IllegalStateException broken = new IllegalStateException("no more data");
    Iterable<Pair<Tensor, Tensor>> data =
        () ->
            new Iterator<>() {
              private int given;

              @Override
              public boolean hasNext() {
                return true;
              }

              @Override
              public Pair<Tensor, Tensor> next() {
                if (given++ == 1) {
                  throw broken;
                }
                return Lines.plane(1).get(0);
              }
            };
    Throwable thrown =
        assertThrows(
            IllegalStateException.class,
            () -> Lines.model(net).train(1, data, new Recorder("a"), new Recorder("b")));
    assertSame(broken, thrown);
    assertEquals(
        List.of("a failed no more data", "b failed no more data", "b close", "a close"),
        log.subList(log.size() - 4, log.size()));
  }

  @Test
  void aCallbackThatFailsToEnterClosesThoseBefore() {
    Callback broken =
        new Callback() {
          @Override
          public void enter() {
            throw new IllegalStateException("closed");
          }
        };
    assertThrows(
        IllegalStateException.class,
        () -> Lines.model(net).train(1, Lines.plane(1), new Recorder("a"), broken));
    assertEquals(List.of("a enter", "a close"), log);
  }

  @Test
  void aRequestToStopEndsAfterStepAndEpoch() {
    LambdaCallback stop =
        new LambdaCallback()
            .onTrainStepEnd(
                c -> {
                  if (c.originalArgs().curStepNum() == 4) {
                    c.requestStop();
                  }
                });
    Lines.model(net).train(9, Lines.plane(3), stop, new Recorder("a"));
    assertEquals(
        List.of("a train stepEnd 4", "a train epochEnd", "a train end", "a close"),
        log.subList(log.size() - 4, log.size()));
  }

  @Test
  void anEvaluationMayStopTheTraining() {
    LambdaCallback stop = new LambdaCallback().onEvalEnd(RunContext::requestStop);
    Lines.model(net, "mae").fit(9, Lines.plane(1), Lines.plane(1), stop, new Recorder("a"));
    assertEquals(1, log.stream().filter("a train epochEnd"::equals).count());
  }

  @Test
  void anInterruptEndsTheTrainingInOrderAndIsPassedOn() {
    LambdaCallback interrupt =
        new LambdaCallback()
            .onTrainStepBegin(
                c -> {
                  if (c.originalArgs().curStepNum() == 2) {
                    Thread.currentThread().interrupt();
                  }
                });
    Lines.model(net).train(5, Lines.plane(3), interrupt, new Recorder("a"));
    assertTrue(Thread.interrupted(), "the caller is told");
    assertEquals(
        List.of("a train stepEnd 2", "a train epochEnd", "a train end", "a close"),
        log.subList(log.size() - 4, log.size()));
  }

  private record Batch(Tensor data, Tensor label) {}

  @Test
  void batchesAreRecordsListsAndMaps() {
    Pair<Tensor, Tensor> b = Lines.plane(1).get(0);
    List<Object> data =
        List.of(
            new Batch(b.first(), b.second()),
            List.of(b.first(), b.second()),
            new java.util.TreeMap<>(Map.of("data", b.first(), "label", b.second())));
    List<Integer> steps = new ArrayList<>();
    Lines.model(net)
        .train(
            1,
            data,
            new LambdaCallback().onTrainStepEnd(c -> steps.add(c.originalArgs().curStepInEpoch())));
    assertEquals(List.of(1, 2, 3), steps);
  }

  @Test
  void networksWithoutALossAreTrainedByTheirOutput() {
    WithLossCell<Tensor, Tensor, Tensor, Tensor> whole = new WithLossCell<>(net, new MSELoss());
    var model =
        Model.<Pair<Tensor, Tensor>, Tensor, Object>builder(whole)
            .optimizer(Lines.momentum(net))
            .build();
    Pair<Tensor, Tensor> b = Lines.plane(1).get(0);
    double before = whole.call(b).item();
    model.train(30, List.of(new Batch(b.first(), b.second())));
    assertTrue(whole.call(b).item() < before / 10);
  }

  @Test
  void withoutAnOptimizerNothingChanges() {
    Tensor before = net.weight().value();
    List<Double> losses = new ArrayList<>();
    Model.<Tensor, Tensor, Tensor>builder(net)
        .loss(new MSELoss())
        .build()
        .train(
            1,
            Lines.plane(2),
            new LambdaCallback().onTrainStepEnd(c -> losses.add(c.originalArgs().loss())));
    assertTrue(net.weight().value().sameAs(before));
    assertEquals(2, losses.size());
  }

  @Test
  void modesFollowTheCalls() {
    Dropout drop = Dropout.p(0.5);
    var model = new Model<Tensor, Tensor, Tensor>(drop);
    Tensor ones = Tensor.of(new float[] {1, 1, 1, 1, 1, 1, 1, 1}, 8);
    model.train(1, List.of(ones));
    assertTrue(drop.training());
    assertTrue(model.predict(ones).sameAs(ones));
    assertFalse(drop.training());
  }

  @Test
  void evaluationLeavesWeightsAndIsInInferenceMode() {
    Tensor before = net.weight().value();
    net.setTrain(true);
    EvalResults results = Lines.model(net, "mse", "loss").eval(Lines.plane(2));
    assertFalse(net.training());
    assertTrue(net.weight().value().sameAs(before));
    assertEquals(results.scalar("mse"), results.scalar("loss"), 1e-6);
  }

  @Test
  void frequencyAndListsSayWhenToEvaluate() {
    List<Integer> epochs = new ArrayList<>();
    LambdaCallback note =
        new LambdaCallback().onEvalEnd(c -> epochs.add(c.originalArgs().curEpochNum()));
    var model = Lines.model(net, "mae");
    TrainOptions options = TrainOptions.defaults();
    model.fit(5, Lines.plane(1), Lines.plane(1), options.validFrequency(2), note);
    assertEquals(List.of(2, 4), epochs);
    epochs.clear();
    model.fit(5, Lines.plane(1), Lines.plane(1), options.validEpochs(List.of(1, 5)), note);
    assertEquals(List.of(1, 5), epochs);
    epochs.clear();
    model.fit(5, Lines.plane(1), Lines.plane(1), options.initialEpoch(3), note);
    assertEquals(List.of(4, 5), epochs);
  }

  @Test
  void resultsOfAnEvaluationAreThereForOneEpoch() {
    List<String> seen = new ArrayList<>();
    LambdaCallback note =
        new LambdaCallback()
            .onTrainEpochEnd(
                c ->
                    seen.add(
                        c.originalArgs().metrics().keySet()
                            + " "
                            + c.originalArgs().evalResults().keySet()));
    Lines.model(net, "mae")
        .fit(2, Lines.plane(1), Lines.plane(1), TrainOptions.defaults().validFrequency(2), note);
    assertEquals(List.of("[] []", "[mae] [mae, eval_loss]"), seen);
  }

  @Test
  void theStateOfARunIsThere() {
    var model = Lines.model(net, "mae");
    List<Pair<Tensor, Tensor>> data = Lines.plane(3);
    LambdaCallback look =
        new LambdaCallback()
            .onTrainStepEnd(
                c -> {
                  InternalCallbackParam args = c.originalArgs();
                  log.add(args.curEpochNum() + "/" + args.epochNum() + " " + args.curStepNum());
                  assertSame(net, args.network());
                  assertSame(model.trainNetwork(), args.trainNetwork());
                  assertSame(model.evalNetwork(), args.evalNetwork());
                  assertEquals("train", args.mode());
                  assertEquals(3, args.batchNum().orElseThrow());
                  assertSame(data, args.trainDataset());
                  assertEquals(Optional.empty(), args.validDataset());
                  assertTrue(args.lossFn().orElseThrow() instanceof MSELoss);
                  assertTrue(args.optimizer().isPresent());
                  assertEquals(1, args.listCallback().size());
                  assertSame(
                      data.get(args.curStepInEpoch() - 1),
                      args.trainDatasetElement().orElseThrow());
                  Tensor loss = (Tensor) args.netOutputs().orElseThrow();
                  assertEquals(loss.item(), args.loss());
                });
    model.train(2, data, look);
    assertEquals(List.of("1/2 1", "1/2 2", "1/2 3", "2/2 4", "2/2 5", "2/2 6"), log);
  }

  @Test
  void ownEvaluationNetworksHandTheirOutputsToTheMetrics() {
    var model =
        Model.<Tensor, Tensor, Tensor>builder(net)
            .evalNetwork(new Lines.Echo2())
            .metrics(Metrics.of("mae"))
            .build();
    Tensor ones = Tensor.of(new float[] {1, 1}, 2);
    assertEquals(0.5, model.eval(List.of(new Pair<>(ones, ones.mul(1.5)))).scalar("mae"), 1e-6);
    var chosen =
        Model.<Tensor, Tensor, Tensor>builder(net)
            .evalNetwork(new Lines.Echo2(), 1, 0, 1)
            .metrics(Metrics.of("mae", "loss"))
            .build();
    EvalResults results = chosen.eval(List.of(new Pair<>(ones, ones.mul(3))));
    assertEquals("{'mae': 2.0, 'loss': 3.0}", results.toString());
  }

  @Test
  void trainingHoldsNoMemory() {
    var model = Lines.model(net, "mae");
    List<Pair<Tensor, Tensor>> data = Lines.plane(4);
    assertNoLeak(() -> model.fit(3, data, data, new History()));
  }

  @Test
  void outputsOfTheLastStepCanBeReadAtTheEndOfTheEpoch() {
    List<Double> losses = new ArrayList<>();
    LambdaCallback read =
        new LambdaCallback()
            .onTrainEpochEnd(
                c -> losses.add(((Tensor) c.originalArgs().netOutputs().orElseThrow()).item()));
    new Model<Tensor, Tensor, Tensor>(new Lines.Echo()).train(2, Lines.losses(1, 2), read);
    assertEquals(List.of(2.0, 2.0), losses);
  }

  @Test
  void cellsOfTwoAndThreeInputsTakeLists() {
    Cell<Pair<Tensor, Tensor>, Pair<Tensor, Tensor>> echo = new Lines.Echo2();
    List<Object> outputs = new ArrayList<>();
    new Model<Pair<Tensor, Tensor>, Pair<Tensor, Tensor>, Tensor>(echo)
        .train(
            1,
            List.of(List.of(Tensor.of(3f), Tensor.of(4).cast(DType.INT64))),
            new LambdaCallback()
                .onTrainEnd(c -> outputs.add(c.originalArgs().netOutputs().orElseThrow())));
    assertEquals(4, ((Pair<?, ?>) outputs.get(0)).second() instanceof Tensor t ? t.item() : 0);
  }

  @ParameterizedTest
  @EnumSource(AmpLevel.class)
  void everyLevelLearnsInFloat32Weights(AmpLevel level) {
    var model = new Model<>(net, new MSELoss(), Lines.momentum(net), Metrics.of("mae"), level);
    List<Pair<Tensor, Tensor>> data = Lines.plane(4);
    double before = model.eval(data).scalar("mae");
    double after = model.fit(40, data, data).scalar("mae");
    assertTrue(after < before / 4, "from " + before + " to " + after);
    assertEquals(DType.FLOAT32, net.weight().value().dtype());
    Tensor third = Tensor.of(new float[][] {{1 / 3f, 1 / 3f}});
    double off = Math.abs(model.predict(third).item() - exact(third).item());
    assertEquals(level != AmpLevel.O0, off > 1e-5, "the level is in force: off by " + off);
  }

  /** What the layer gives in float32. */
  private Tensor exact(Tensor x) {
    return x.matmul(net.weight().value().transpose(1, 0)).add(net.bias().orElseThrow().value());
  }

  @Test
  void overflowIsToldToCallbacksAndSkipsTheUpdate() {
    Tensor before = net.weight().value();
    List<Object> outputs = new ArrayList<>();
    var model =
        Model.<Tensor, Tensor, Tensor>builder(net)
            .loss(new MSELoss())
            .optimizer(Lines.momentum(net))
            .amp(AmpOptions.of(AmpLevel.O2).lossScaleManager(new DynamicLossScaleManager()))
            .build();
    Tensor huge = Tensor.of(new float[][] {{60000, 60000}});
    model.train(
        1,
        List.of(new Pair<>(huge, Tensor.of(new float[][] {{-60000}}))),
        new LambdaCallback()
            .onTrainStepEnd(c -> outputs.add(c.originalArgs().netOutputs().orElseThrow())));
    TrainingStep.Outcome outcome = (TrainingStep.Outcome) outputs.get(0);
    assertTrue(outcome.overflow());
    assertTrue(net.weight().value().sameAs(before));
  }
}
