package dev.mycel.optim;

import static dev.mycel.core.DType.BFLOAT16;
import static dev.mycel.core.DType.FLOAT16;
import static dev.mycel.core.DType.FLOAT32;
import static dev.mycel.junit.MycelAssertions.assertNoLeak;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.core.DType;
import dev.mycel.core.Ops;
import dev.mycel.core.Pair;
import dev.mycel.core.Random;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import dev.mycel.core.TensorException;
import dev.mycel.junit.MycelTest;
import dev.mycel.nn.Buffer;
import dev.mycel.nn.Cell;
import dev.mycel.nn.Parameter;
import dev.mycel.nn.Reduction;
import dev.mycel.nn.SequentialCell;
import dev.mycel.nn.WithLossCell;
import dev.mycel.nn.amp.AmpLevel;
import dev.mycel.nn.layer.BatchNorm1d;
import dev.mycel.nn.layer.Dense;
import dev.mycel.nn.layer.ReLU;
import dev.mycel.nn.loss.MSELoss;
import dev.mycel.nn.loss.SoftmaxCrossEntropyWithLogits;
import dev.mycel.optim.amp.AmpOptions;
import dev.mycel.optim.amp.DynamicLossScaleManager;
import dev.mycel.optim.amp.DynamicLossScaleUpdateCell;
import dev.mycel.optim.amp.FixedLossScaleManager;
import dev.mycel.optim.amp.FixedLossScaleUpdateCell;
import dev.mycel.optim.amp.ScaledLoss;
import dev.mycel.optim.amp.TrainNetworks;
import dev.mycel.optim.amp.TrainOneStepWithLossScaleCell;
import dev.mycel.optim.amp.TrainingStep;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@MycelTest
class LossScaleTest {
  private static final Tensor LABELS = Tensor.of(new int[] {0, 1, 2, 1});

  @BeforeEach
  void seed() {
    Random.setSeed(11);
  }

  private static SequentialCell net() {
    return new SequentialCell(new Dense(4, 8), new BatchNorm1d(8), new ReLU(), new Dense(8, 3));
  }

  private static SoftmaxCrossEntropyWithLogits loss() {
    return new SoftmaxCrossEntropyWithLogits(true, Reduction.MEAN);
  }

  private static Tensor good() {
    return Random.randn(4, 4);
  }

  /** An input whose gradients are no numbers. */
  private static Tensor bad() {
    return Ops.full(Shape.of(4, 4), Double.POSITIVE_INFINITY, FLOAT32);
  }

  private static Map<String, float[]> values(Cell<?, ?> cell) {
    Map<String, float[]> values = new LinkedHashMap<>();
    for (Map.Entry<String, Parameter> e : cell.parametersDict().entrySet()) {
      values.put(e.getKey(), e.getValue().value().cast(FLOAT32).toFloatArray());
    }
    return values;
  }

  private static void assertSameValues(Map<String, float[]> before, Map<String, float[]> after) {
    assertEquals(before.keySet(), after.keySet());
    before.forEach((name, v) -> assertArrayEquals(v, after.get(name), name));
  }

  @Test
  void anOverflowChangesNothingButTheScale() {
    SequentialCell net = net();
    Adam adam = Adam.builder(net.trainableParams()).learningRate(0.01).build();
    var step =
        new TrainOneStepWithLossScaleCell<>(
            new WithLossCell<>(net, loss()), adam, new DynamicLossScaleUpdateCell(1024, 2, 100));
    step.setTrain(true);
    ScaledLoss first = step.call(good(), LABELS);
    assertFalse(first.overflow().itemBoolean());
    assertEquals(1024, first.scale().item());
    assertEquals(1, adam.globalStep().value().itemLong());

    Map<String, float[]> weights = values(net);
    Map<String, float[]> state = values(adam);
    ScaledLoss second = step.call(bad(), LABELS);
    assertTrue(second.overflow().itemBoolean());
    assertEquals(1024, second.scale().item(), "the scale that the step worked with");
    assertEquals(512, step.scaleSense().value().item());
    assertSameValues(weights, values(net));
    assertSameValues(state, values(adam));
    assertEquals(1, adam.globalStep().value().itemLong());

    ScaledLoss third = step.call(good(), LABELS);
    assertFalse(third.overflow().itemBoolean());
    assertEquals(512, third.scale().item());
    assertEquals(2, adam.globalStep().value().itemLong());
  }

  @Test
  void aScaleThatIsAPowerOfTwoChangesNoBit() {
    SequentialCell plain = net();
    SequentialCell scaled = net();
    copy(plain, scaled);
    Momentum first = new Momentum(plain.trainableParams(), 0.1, 0.9);
    Momentum second = new Momentum(scaled.trainableParams(), 0.1, 0.9);
    var one = new TrainOneStepCell<>(new WithLossCell<>(plain, loss()), first);
    var other =
        new TrainOneStepWithLossScaleCell<>(
            new WithLossCell<>(scaled, loss()), second, new FixedLossScaleUpdateCell(4096));
    one.setTrain(true);
    other.setTrain(true);
    for (int i = 0; i < 5; i++) {
      Tensor x = good();
      assertEquals(one.call(x, LABELS).item(), other.call(x, LABELS).loss().item());
    }
    List<Parameter> a = plain.getParameters().toList();
    List<Parameter> b = scaled.getParameters().toList();
    for (int i = 0; i < a.size(); i++) {
      assertArrayEquals(a.get(i).value().toFloatArray(), b.get(i).value().toFloatArray());
    }
  }

  private static void copy(Cell<?, ?> from, Cell<?, ?> to) {
    List<Parameter> target = to.getParameters().toList();
    List<Parameter> source = from.getParameters().toList();
    for (int i = 0; i < source.size(); i++) {
      target.get(i).setData(source.get(i).value());
    }
  }

  /**
   * By hand, from 8 by 2 with a window of 3: the counter starts at 1 and the last change at 0. A
   * step without overflow grows the scale if counter - last >= 3.
   */
  @Test
  void theScaleOfADynamicCellTakesItsCourse() {
    SequentialCell net = new SequentialCell(new Dense(4, 3));
    Momentum optimizer = new Momentum(net.trainableParams(), 0.01, 0.9);
    var step =
        new TrainOneStepWithLossScaleCell<>(
            new WithLossCell<>(net, loss()), optimizer, new DynamicLossScaleUpdateCell(8, 2, 3));
    step.setTrain(true);
    boolean[] overflow = {
      false, false, false, false, true, false, false, false, true, true, true, true, true, false
    };
    // counter          1  2   3   4  5  6  7   8  9 10 11 12 13 14
    // last change      0  0   3   3  5  5  5   8  9 10 11 12 13 13
    double[] after = {8, 8, 16, 16, 8, 8, 8, 16, 8, 4, 2, 1, 1, 1};
    long updates = 0;
    for (int i = 0; i < overflow.length; i++) {
      ScaledLoss result = step.call(overflow[i] ? bad() : good(), LABELS);
      assertEquals(overflow[i], result.overflow().itemBoolean(), "step " + (i + 1));
      assertEquals(after[i], step.scaleSense().value().item(), "scale after step " + (i + 1));
      updates += overflow[i] ? 0 : 1;
      assertEquals(updates, optimizer.globalStep().value().itemLong());
    }
  }

  @Test
  void theNamesOfAStepAreThoseOfNetworkOptimizerAndScale() {
    SequentialCell net = new SequentialCell(new Dense(4, 3));
    var step =
        new TrainOneStepWithLossScaleCell<>(
            new WithLossCell<>(net, loss()),
            new Momentum(net.trainableParams(), 0.01, 0.9),
            new DynamicLossScaleUpdateCell(8, 2, 3));
    List<String> names = new ArrayList<>(step.parametersDict().keySet());
    assertTrue(
        names.containsAll(
            List.of(
                "0.weight",
                "0.bias",
                "scale_sense",
                "global_step",
                "moments.0.weight",
                "current_iterator_step",
                "last_overflow_iterator_step")),
        names.toString());
    assertTrue(step.toString().contains("(loss_scaling_manager): DynamicLossScaleUpdateCell"));
  }

  /** Adds its inputs up in a buffer. */
  private static final class Adding extends Cell<Tensor, Tensor> {
    private final Buffer sum = new Buffer(Ops.zeros(4, 4));

    @Override
    protected Tensor construct(Tensor x) {
      sum.assign(sum.value().add(x));
      return x;
    }
  }

  @Test
  void aStepThatIsLeftOutPutsBuffersBack() {
    Adding adding = new Adding();
    SequentialCell net = new SequentialCell(adding, new Dense(4, 3));
    var step =
        new TrainOneStepWithLossScaleCell<>(
            new WithLossCell<>(net, loss()),
            new Momentum(net.trainableParams(), 0.01, 0.9),
            Tensor.of(new float[] {64}));
    Tensor x = good();
    assertFalse(step.call(x, LABELS).overflow().itemBoolean());
    assertTrue(adding.sum.value().sameAs(x));
    assertTrue(step.call(bad(), LABELS).overflow().itemBoolean());
    assertTrue(adding.sum.value().sameAs(x));
  }

  @Test
  void aConstantScaleLeavesOutUpdatesAndCanBeChanged() {
    SequentialCell net = new SequentialCell(new Dense(4, 3));
    Momentum optimizer = new Momentum(net.trainableParams(), 0.01, 0.9);
    var step =
        new TrainOneStepWithLossScaleCell<>(
            new WithLossCell<>(net, loss()), optimizer, Tensor.of(new float[] {64}));
    step.setTrain(true);
    assertTrue(step.call(bad(), LABELS).overflow().itemBoolean());
    assertEquals(64, step.scaleSense().value().item());
    step.setSenseScale(Tensor.of(32f));
    ScaledLoss result = step.call(good(), LABELS);
    assertFalse(result.overflow().itemBoolean());
    assertEquals(32, result.scale().item());
    assertEquals(1, optimizer.globalStep().value().itemLong());
  }

  @Test
  void float16FindsAScaleThatFits() {
    SequentialCell net = net();
    Adam adam = Adam.builder(net.trainableParams()).learningRate(0.01).build();
    TrainingStep<Pair<Tensor, Tensor>> step =
        TrainNetworks.buildTrainNetwork(net, adam, loss(), AmpLevel.O2);
    Tensor x = good();
    Pair<Tensor, Tensor> batch = new Pair<>(x, LABELS);
    double first = Double.NaN;
    double last = Double.NaN;
    int skipped = 0;
    for (int i = 0; i < 60; i++) {
      TrainingStep.Outcome outcome = step.step(batch);
      skipped += outcome.overflow() ? 1 : 0;
      first = i == 0 ? outcome.loss().item() : first;
      last = outcome.loss().item();
      assertEquals(FLOAT32, outcome.loss().dtype());
      assertEquals(i + 1 - skipped, adam.globalStep().value().itemLong());
    }
    assertTrue(skipped > 0 && skipped < 24, "2^24 is too much for float16: " + skipped);
    assertTrue(last < 0.5 * first, first + " fell to " + last);
    net.getParameters().forEach(p -> assertEquals(FLOAT32, p.dtype()));
  }

  @Test
  void stepsGiveTheirMemoryBackWhetherTheyUpdateOrNot() {
    SequentialCell net =
        new SequentialCell(new Dense(64, 64), new BatchNorm1d(64), new ReLU(), new Dense(64, 64));
    Adam adam = Adam.builder(net.trainableParams()).learningRate(0.01).build();
    TrainingStep<Pair<Tensor, Tensor>> step =
        TrainNetworks.buildTrainNetwork(net, adam, new MSELoss(), AmpLevel.O2);
    Tensor x = Random.randn(64, 64);
    Tensor y = Random.randn(64, 64);
    assertNoLeak(
        () -> {
          boolean updated = false;
          boolean skipped = false;
          for (int i = 0; i < 20; i++) {
            boolean infinite = i % 10 == 9;
            Tensor in = infinite ? x.div(0) : x;
            boolean overflow = step.step(new Pair<>(in, y)).overflow();
            updated |= !overflow;
            skipped |= overflow;
          }
          assertTrue(updated && skipped);
        });
  }

  @Test
  void theDynamicManagerFollowsItsRule() {
    DynamicLossScaleManager manager = new DynamicLossScaleManager(8, 2, 2);
    boolean[] overflow = {false, false, false, true, false, false, true, true, true, true, true};
    // step              1   2   3   4  5  6  7  8  9 10 11
    double[] after = {8, 16, 16, 8, 8, 16, 8, 4, 2, 1, 1};
    for (int i = 0; i < after.length; i++) {
      manager.updateLossScale(overflow[i]);
      assertEquals(after[i], manager.getLossScale(), "after step " + (i + 1));
    }
    assertTrue(manager.getDropOverflowUpdate());
    assertInstanceOf(DynamicLossScaleUpdateCell.class, manager.getUpdateCell().orElseThrow());
  }

  @Test
  void aThousandOverflowsInARowAreBorneAndNoMore() {
    DynamicLossScaleManager manager = new DynamicLossScaleManager();
    for (int i = 0; i < 1000; i++) {
      manager.updateLossScale(true);
    }
    assertThrows(TensorException.class, () -> manager.updateLossScale(true));
  }

  @Test
  void fixedManagersDropOrLeaveTheScaleToTheOptimizer() {
    FixedLossScaleManager drops = new FixedLossScaleManager();
    assertEquals(128, drops.getLossScale());
    assertTrue(drops.getUpdateCell().isPresent());
    FixedLossScaleManager keeps = new FixedLossScaleManager(64, false);
    assertFalse(keeps.getUpdateCell().isPresent());
    keeps.updateLossScale(true);
    assertEquals(64, keeps.getLossScale());
  }

  private static TrainingStep<Pair<Tensor, Tensor>> build(SequentialCell net, AmpOptions options) {
    return TrainNetworks.buildTrainNetwork(
        net, new Momentum(net.trainableParams(), 0.05, 0.9), loss(), options);
  }

  @Test
  void eachLevelHasItsPresets() {
    for (AmpLevel level : AmpLevel.values()) {
      SequentialCell net = net();
      TrainingStep<Pair<Tensor, Tensor>> step = build(net, AmpOptions.of(level));
      Class<?> kind =
          level == AmpLevel.O2 ? TrainOneStepWithLossScaleCell.class : TrainOneStepCell.class;
      assertInstanceOf(kind, step.cell(), level.toString());
      assertTrue(net.training());
      DType norm = net.get(1).computeType().orElse(FLOAT32);
      DType[] wanted = {FLOAT32, FLOAT16, FLOAT32, FLOAT16, FLOAT16};
      assertEquals(wanted[level.ordinal()], norm, level.toString());
      assertEquals(FLOAT32, step.step(new Pair<>(good(), LABELS)).loss().dtype());
    }
  }

  @Test
  void optionsDepartFromThePresets() {
    SequentialCell net = net();
    TrainingStep<?> step = build(net, AmpOptions.of(AmpLevel.O2).castModelType(BFLOAT16));
    assertInstanceOf(TrainOneStepCell.class, step.cell());
    assertEquals(BFLOAT16, net.get(0).computeType().orElseThrow());
    assertEquals(FLOAT32, net.get(1).computeType().orElseThrow());

    net = net();
    step = build(net, AmpOptions.of(AmpLevel.O2).keepBatchnormFp32(false).withoutLossScale());
    assertInstanceOf(TrainOneStepCell.class, step.cell());
    assertEquals(FLOAT16, net.get(1).computeType().orElseThrow());

    net = net();
    build(net, AmpOptions.of(AmpLevel.O3).keepBatchnormFp32(true));
    assertEquals(FLOAT32, net.get(1).computeType().orElseThrow());

    net = net();
    build(net, AmpOptions.of(AmpLevel.O3).castModelType(FLOAT32));
    assertTrue(net.precision().isEmpty());

    net = net();
    step =
        build(net, AmpOptions.of(AmpLevel.O0).lossScaleManager(new FixedLossScaleManager(8, true)));
    assertInstanceOf(TrainOneStepWithLossScaleCell.class, step.cell());
    assertTrue(net.precision().isEmpty());
  }

  @Test
  void aScaleThatTheOptimizerDividesByChangesNoBit() {
    SequentialCell plain = net();
    SequentialCell scaled = net();
    copy(plain, scaled);
    var manager = new FixedLossScaleManager(256, false);
    Adam divides = Adam.builder(scaled.trainableParams()).learningRate(0.01).lossScale(256).build();
    Adam adam = Adam.builder(plain.trainableParams()).learningRate(0.01).build();
    var one = TrainNetworks.buildTrainNetwork(plain, adam, loss(), AmpLevel.O0);
    var other =
        TrainNetworks.buildTrainNetwork(
            scaled, divides, loss(), AmpOptions.of(AmpLevel.O0).lossScaleManager(manager));
    for (int i = 0; i < 3; i++) {
      Pair<Tensor, Tensor> batch = new Pair<>(good(), LABELS);
      TrainingStep.Outcome outcome = other.step(batch);
      assertEquals(one.step(batch).loss().item(), outcome.loss().item());
      assertEquals(256, outcome.lossScale());
      assertFalse(outcome.overflow());
    }
  }

  @Test
  void aNetworkThatGivesItsLossIsTrainedToo() {
    Dense dense = new Dense(4, 3);
    WithLossCell<Tensor, Tensor, Tensor, Tensor> both = new WithLossCell<>(dense, new MSELoss());
    TrainingStep<Pair<Tensor, Tensor>> step =
        TrainNetworks.buildTrainNetwork(
            both,
            new Momentum(dense.trainableParams(), 0.1, 0.9),
            AmpOptions.of(AmpLevel.O2).castModelType(BFLOAT16));
    Pair<Tensor, Tensor> batch = new Pair<>(good(), Ops.zeros(4, 3));
    double first = step.step(batch).loss().item();
    for (int i = 0; i < 5; i++) {
      step.step(batch);
    }
    assertTrue(step.step(batch).loss().item() < first);
  }
}
