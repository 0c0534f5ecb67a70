package dev.mycel.misuse;

import static dev.mycel.core.Ops.zeros;

import dev.mycel.core.DType;
import dev.mycel.core.Prims;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;
import dev.mycel.nn.Reduction;
import dev.mycel.nn.SequentialCell;
import dev.mycel.nn.WithLossCell;
import dev.mycel.nn.amp.Amp;
import dev.mycel.nn.amp.AmpLevel;
import dev.mycel.nn.amp.AmpList;
import dev.mycel.nn.amp.DynamicLossScaler;
import dev.mycel.nn.amp.StaticLossScaler;
import dev.mycel.nn.layer.BatchNorm1d;
import dev.mycel.nn.layer.Dense;
import dev.mycel.nn.loss.SoftmaxCrossEntropyWithLogits;
import dev.mycel.optim.Momentum;
import dev.mycel.optim.amp.AmpOptions;
import dev.mycel.optim.amp.DynamicLossScaleManager;
import dev.mycel.optim.amp.DynamicLossScaleUpdateCell;
import dev.mycel.optim.amp.FixedLossScaleManager;
import dev.mycel.optim.amp.TrainNetworks;
import dev.mycel.optim.amp.TrainOneStepWithLossScaleCell;
import java.util.Map;

/** Mistakes with mixed precision and loss scaling. */
final class PrecisionMistakes {
  private PrecisionMistakes() {}

  static void add(Map<String, Runnable> c) {
    types(c);
    levels(c);
    lists(c);
    scales(c);
    steps(c);
  }

  private static SequentialCell net() {
    return new SequentialCell(new Dense(4, 4), new SequentialCell(new BatchNorm1d(4)));
  }

  private static SoftmaxCrossEntropyWithLogits loss() {
    return new SoftmaxCrossEntropyWithLogits(true, Reduction.MEAN);
  }

  private static Momentum optimizer(Cell<?, ?> net, double lossScale) {
    return Momentum.builder(net.trainableParams())
        .learningRate(0.1)
        .momentum(0.9)
        .lossScale(lossScale)
        .build();
  }

  private static void types(Map<String, Runnable> c) {
    c.put("toFloat with float64", () -> net().toFloat(DType.FLOAT64));
    c.put(
        "automatic mixed precision in float32",
        () -> Amp.autoMixedPrecision(net(), AmpLevel.O2, DType.FLOAT32));
    c.put(
        "custom mixed precision in integers",
        () -> Amp.customMixedPrecision(net(), Amp.getWhiteList(), DType.INT8));
    c.put("a model type that is none", () -> AmpOptions.of(AmpLevel.O2).castModelType(DType.INT32));
  }

  private static void levels(Map<String, Runnable> c) {
    c.put("a level in small letters", () -> AmpLevel.of("o1"));
    c.put("a level that there is not", () -> AmpLevel.of("O4"));
    c.put("a level after toFloat on a cell deep inside", PrecisionMistakes::levelAfterToFloat);
    c.put(
        "a training step at a level after toFloat on the network",
        () -> {
          SequentialCell net = net();
          net.toFloat(DType.BFLOAT16);
          TrainNetworks.buildTrainNetwork(net, optimizer(net, 1), loss(), AmpLevel.O3);
        });
    c.put(
        "toFloat after a level",
        () -> Amp.autoMixedPrecision(net(), AmpLevel.O2).toFloat(DType.FLOAT16));
    c.put(
        "toFloat around a network with a level",
        () ->
            new SequentialCell(new Dense(4, 4), Amp.autoMixedPrecision(net(), AmpLevel.AUTO))
                .toFloat(DType.FLOAT32));
    c.put(
        "two levels",
        () ->
            Amp.autoMixedPrecision(
                Amp.autoMixedPrecision(net(), AmpLevel.O2), AmpLevel.O3, DType.BFLOAT16));
    c.put(
        "a function at level O2",
        () -> Amp.autoMixedPrecisionFunction((Tensor x) -> x, AmpLevel.O2, DType.FLOAT16));
    c.put(
        "keeping norms in float32 at level O1",
        () -> AmpOptions.of(AmpLevel.O1).keepBatchnormFp32(true));
  }

  private static void levelAfterToFloat() {
    SequentialCell net = net();
    ((SequentialCell) net.get(1)).get(0).toFloat(DType.FLOAT32);
    Amp.autoMixedPrecision(net, AmpLevel.O2);
  }

  private static void lists(Map<String, Runnable> c) {
    c.put(
        "an empty list for mixed precision",
        () -> Amp.customMixedPrecision(net(), AmpList.black(), DType.FLOAT16));
    c.put("a class on a list that is no cell", () -> AmpList.white(Dense.class, String.class));
    c.put("every cell on a list", () -> AmpList.black(Cell.class));
    c.put(
        "an operation on a list that is none by itself",
        () -> Amp.getBlackList().with(Prims.CUMSUM));
    c.put("taking off a list what is not on it", () -> Amp.getBlackList().without(Dense.class));
  }

  private static void scales(Map<String, Runnable> c) {
    c.put("a static loss scale below one", () -> new StaticLossScaler(0.5));
    c.put("a dynamic loss scale that never grows", () -> new DynamicLossScaler(1024, 1, 10));
    c.put("a dynamic loss scale without a window", () -> new DynamicLossScaler(1024, 2, 0));
    c.put("scaling labels", () -> new StaticLossScaler(2).scale(Tensor.of(new int[] {1, 2, 3})));
    c.put("a fixed loss scale of NaN", () -> new FixedLossScaleManager(Double.NaN, true));
    c.put("a first loss scale beyond float32", () -> new DynamicLossScaleManager(1e39, 2, 2000));
    c.put(
        "a loss scale cell with a factor below one",
        () -> new DynamicLossScaleUpdateCell(1024, 0.5, 2000));
    c.put("overflows without end", PrecisionMistakes::overflowing);
  }

  private static void overflowing() {
    DynamicLossScaleManager manager = new DynamicLossScaleManager();
    for (int i = 0; i <= 1000; i++) {
      manager.updateLossScale(true);
    }
  }

  private static TrainOneStepWithLossScaleCell<?> step(Tensor scale, double lossScale) {
    SequentialCell net = net();
    return new TrainOneStepWithLossScaleCell<>(
        new WithLossCell<>(net, loss()), optimizer(net, lossScale), scale);
  }

  private static void steps(Map<String, Runnable> c) {
    c.put("a loss scale of two elements", () -> step(zeros(2), 1));
    c.put("a new loss scale below one", () -> step(Tensor.of(8f), 1).setSenseScale(zeros(1)));
    c.put("two divisions by the loss scale", () -> step(Tensor.of(8f), 8));
    c.put(
        "two inputs for a step of one",
        () -> {
          Dense net = new Dense(4, 1);
          new TrainOneStepWithLossScaleCell<>(net, optimizer(net, 1), Tensor.of(8f))
              .call(zeros(2, 4), zeros(2));
        });
    c.put(
        "a loss scale that the optimiser does not divide by",
        () -> {
          SequentialCell net = net();
          AmpOptions options =
              AmpOptions.of(AmpLevel.O3).lossScaleManager(new FixedLossScaleManager(64, false));
          TrainNetworks.buildTrainNetwork(net, optimizer(net, 1), loss(), options);
        });
    c.put(
        "an optimiser that divides by a loss scale that there is not",
        () -> {
          SequentialCell net = net();
          TrainNetworks.buildTrainNetwork(net, optimizer(net, 32), loss(), AmpLevel.O2);
        });
  }
}
