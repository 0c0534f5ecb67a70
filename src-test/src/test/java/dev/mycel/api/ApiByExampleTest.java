package dev.mycel.api;

import static dev.mycel.autograd.Autograd.grad;
import static dev.mycel.autograd.Autograd.stopGradient;
import static dev.mycel.autograd.Autograd.valueAndGrad;
import static dev.mycel.autograd.Autograd.vjp;
import static dev.mycel.checkpoint.Checkpoints.loadCheckpoint;
import static dev.mycel.checkpoint.Checkpoints.loadParamIntoNet;
import static dev.mycel.checkpoint.Checkpoints.saveCheckpoint;
import static dev.mycel.core.Ops.full;
import static dev.mycel.core.Ops.ones;
import static dev.mycel.core.Ops.stack;
import static dev.mycel.core.Ops.unsortedSegmentSum;
import static dev.mycel.core.Ops.zeros;
import static dev.mycel.core.Random.randn;
import static dev.mycel.core.Random.uniform;
import static dev.mycel.nn.init.Initializers.initializer;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.core.DType;
import dev.mycel.core.Generator;
import dev.mycel.core.Mycel;
import dev.mycel.core.Pair;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;
import dev.mycel.nn.Cell2;
import dev.mycel.nn.CellDict;
import dev.mycel.nn.CellList;
import dev.mycel.nn.NamedCell;
import dev.mycel.nn.PadMode;
import dev.mycel.nn.Parameter;
import dev.mycel.nn.Reduction;
import dev.mycel.nn.SequentialCell;
import dev.mycel.nn.WithLossCell;
import dev.mycel.nn.init.HeNormal;
import dev.mycel.nn.init.Mode;
import dev.mycel.nn.init.Nonlinearity;
import dev.mycel.nn.layer.BatchNorm2d;
import dev.mycel.nn.layer.Conv2d;
import dev.mycel.nn.layer.Dense;
import dev.mycel.nn.layer.Flatten;
import dev.mycel.nn.layer.ReLU;
import dev.mycel.nn.loss.SoftmaxCrossEntropyWithLogits;
import dev.mycel.optim.Momentum;
import dev.mycel.optim.TrainOneStepCell;
import dev.mycel.optim.schedule.CosineDecayLR;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a user writes, and what comes back. */
class ApiByExampleTest {
  @BeforeEach
  void onTheDefaultBackend() {
    Mycel.setBackend("onednn");
    Mycel.setSeed(1);
  }

  // ---- cells, parameters and names --------------------------------------------------------------

  private static final class MyCell extends Cell<Tensor, Tensor> {
    private final Conv2d net;
    private final ReLU relu = new ReLU();

    MyCell(Conv2d net, boolean autoPrefix) {
      super(autoPrefix);
      this.net = net;
    }

    @Override
    protected Tensor construct(Tensor x) {
      return relu.call(net.call(x));
    }
  }

  private static final class Scorer extends Cell2<Tensor, Tensor, Tensor> {
    private final Dense left = new Dense(16, 8);
    private final Dense right = new Dense(16, 8);

    @Override
    protected Tensor construct(Tensor a, Tensor b) {
      return left.call(a).mul(right.call(b)).sum(-1);
    }
  }

  @Test
  void parametersPrintWithTheirNames() {
    Conv2d conv = Conv2d.builder(120, 240, 4).hasBias(false).build();
    assertEquals(
        "[Parameter (name=net.weight, shape=(240, 120, 4, 4), dtype=Float32, requires_grad=True)]",
        new MyCell(conv, true).trainableParams().toString());
    assertEquals(
        "weight",
        new MyCell(Conv2d.builder(3, 4, 4).build(), false).trainableParams().get(0).name());
  }

  @Test
  void containersNameByIndexAndByKey() {
    var block = new SequentialCell(new Dense(2, 2), new ReLU());
    assertEquals("0.weight", block.trainableParams().get(0).name());
    assertEquals("0.weight", new CellList<>(new Dense(2, 2)).trainableParams().get(0).name());
    var byKey = new CellDict<>(Map.of("head", new Dense(2, 2)));
    assertEquals("head.weight", byKey.trainableParams().get(0).name());
  }

  @Test
  void cellsAndNamesListsTheRootFirst() {
    MyCell net = new MyCell(new Conv2d(3, 64, 3), true);
    net.insertChildToCell("conv3", new Conv2d(64, 128, 3));
    assertEquals(
        List.of("", "net", "relu", "conv3"),
        net.cellsAndNames().stream().map(NamedCell::name).toList());
  }

  @Test
  void twoInputsReadLikeTwoInputs() {
    Scorer scorer = new Scorer();
    Tensor a = randn(3, 16);
    Tensor b = randn(3, 16);
    assertEquals(Shape.of(3), scorer.call(a, b).shape());
    Pair<Tensor, Tensor> both = grad(scorer, 0, 1).apply(a, b);
    assertEquals(a.shape(), both.first().shape());
    assertEquals(b.shape(), both.second().shape());
  }

  // ---- padding ----------------------------------------------------------------------------------

  @Test
  void convolutionPaddingIsExplicit() {
    Tensor x = randn(1, 3, 12, 12);
    assertEquals(Shape.of(1, 4, 12, 12), new Conv2d(3, 4, 4).call(x).shape());
    Conv2d padded = Conv2d.builder(3, 4, 4).padMode(PadMode.PAD).padding(0).build();
    assertEquals(Shape.of(1, 4, 9, 9), padded.call(x).shape());
  }

  // ---- mixed precision --------------------------------------------------------------------------

  private static final class Small extends Cell<Tensor, Tensor> {
    private final Conv2d conv = new Conv2d(1, 4, 3);
    private final BatchNorm2d norm = new BatchNorm2d(4);
    private final Flatten flatten = new Flatten();
    private final Dense scores = new Dense(4 * 36, 3);

    @Override
    protected Tensor construct(Tensor x) {
      return scores.call(flatten.call(norm.call(conv.call(x)).relu()));
    }
  }

  @Test
  void precisionIsSetByCell() {
    Small net = new Small();
    net.toFloat(DType.FLOAT16);
    for (NamedCell e : net.cellsAndNames()) {
      if (e.cell() instanceof BatchNorm2d norm) {
        norm.toFloat(DType.FLOAT32);
      }
    }
    Tensor x = randn(2, 1, 6, 6);
    assertEquals(DType.FLOAT16, net.call(x).dtype());
    var loss = new SoftmaxCrossEntropyWithLogits(true, Reduction.MEAN);
    loss.toFloat(DType.FLOAT32);
    var withLoss = new WithLossCell<>(net, loss);
    var r =
        valueAndGrad(withLoss, net.trainableParams())
            .apply(new Pair<>(x, Tensor.of(new int[] {0, 2}, 2)));
    assertEquals(DType.FLOAT32, r.value().dtype());
    for (Tensor g : r.grads()) {
      assertEquals(DType.FLOAT32, g.dtype(), "a gradient has its parameter's type");
    }
  }

  // ---- get, freeze, block -----------------------------------------------------------------------

  @Test
  void aFrozenBiasIsLeftOutOfTheTrainableOnes() {
    Dense net = new Dense(2, 1);
    for (Parameter p : net.trainableParams()) {
      if (p.name().contains("bias")) {
        p.setRequiresGrad(false);
      }
    }
    assertEquals(
        "[Parameter (name=weight, shape=(1, 2), dtype=Float32, requires_grad=True)]",
        net.trainableParams().toString());
  }

  @Test
  void nothingFlowsThroughStopGradient() {
    Dense a = new Dense(2, 2);
    Dense b = new Dense(2, 1);
    List<Tensor> g =
        grad((Tensor x) -> b.call(stopGradient(a.call(x))), a.trainableParams()).apply(ones(1, 2));
    assertEquals(0, g.get(0).abs().sum().item());
  }

  // ---- gradients --------------------------------------------------------------------------------

  @Test
  void gradientsReadAsInMathematics() {
    Tensor x = Tensor.of(new float[] {1, 2}, 2);
    Tensor w = Tensor.of(new float[] {3, 4}, 2);
    var g =
        grad((Pair<Tensor, Tensor> p) -> p.first().mul(p.second()), 0, 1).apply(new Pair<>(x, w));
    assertArrayEquals(new float[] {3, 4}, g.get(0).toFloatArray());
    assertArrayEquals(new float[] {1, 2}, g.get(1).toFloatArray());
    Tensor second = grad(grad((Tensor t) -> t.pow(3))).apply(x);
    assertArrayEquals(new float[] {6, 12}, second.toFloatArray(), 1e-5f);
    try (var pulled = vjp((Tensor t) -> t.square(), x)) {
      assertArrayEquals(new float[] {1, 4}, pulled.out().toFloatArray());
      assertArrayEquals(new float[] {2, 4}, pulled.pull(ones(2)).toFloatArray());
    }
  }

  // ---- a custom backward ------------------------------------------------------------------------

  /** Values that were picked, and where. */
  record Picked(Tensor values, Tensor indices) {}

  private static class Sampler extends Cell<Tensor, Picked> {
    private static final int[][] PICKS = {{3, 1, 3}, {1, 4, 1}};
    int runs;

    @Override
    protected Picked construct(Tensor x) {
      runs++;
      float[] values = x.toFloatArray();
      int columns = (int) x.dim(1);
      float[] picked = new float[6];
      int[] indices = new int[6];
      for (int i = 0; i < 6; i++) {
        indices[i] = PICKS[i / 3][i % 3];
        picked[i] = values[i / 3 * columns + indices[i]];
      }
      return new Picked(Tensor.of(picked, 2, 3), Tensor.of(indices, 2, 3));
    }
  }

  private static final class SamplerWithBackward extends Sampler {
    @Override
    protected Tensor bprop(Tensor x, Picked out, Picked dout) {
      return stack(
          IntStream.range(0, (int) x.dim(0))
              .mapToObj(i -> unsortedSegmentSum(dout.values().at(i), out.indices().at(i), x.dim(1)))
              .toList(),
          0);
    }
  }

  @Test
  void aSamplerHasTheGradientThatItBrings() {
    Tensor x = randn(2, 5);
    SamplerWithBackward sampler = new SamplerWithBackward();
    Tensor dx = grad(sampler).apply(x);
    assertArrayEquals(new float[] {0, 1, 0, 2, 0, 0, 2, 0, 0, 1}, dx.reshape(-1).toFloatArray());
    assertEquals(1, sampler.runs, "forward runs once");
    assertEquals(0, grad(new Sampler()).apply(x).abs().sum().item(), "without bprop it is cut");
  }

  // ---- initialisers -----------------------------------------------------------------------------

  @Test
  void initialisersGoByClassAndByAlias() {
    Parameter p =
        new Parameter(
            initializer(
                new HeNormal(0, Mode.FAN_OUT, Nonlinearity.RELU), Shape.of(8, 4), DType.FLOAT32),
            "w");
    assertFalse(p.isInitialized());
    assertTrue(p.value().abs().sum().item() > 0, "using it initialises it");
    Tensor one = initializer("ones", Shape.of(2), DType.FLOAT32).initData();
    assertTrue(one.sameAs(ones(2)));
    Dense dense = new Dense(2, 1);
    assertThrows(RuntimeException.class, () -> dense.weight().setData(zeros(3, 3)));
    dense.weight().setData(full(Shape.of(1, 2), 0.5, DType.FLOAT32));
    assertArrayEquals(new float[] {0.5f, 0.5f}, dense.weight().value().toFloatArray());
  }

  // ---- train, save, load ------------------------------------------------------------------------

  @Test
  void aNetworkIsTrainedSavedAndLoaded(@TempDir Path folder) {
    Small net = new Small();
    Tensor x = randn(12, 1, 6, 6);
    Tensor labels = Tensor.of(new int[] {0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2}, 12);
    var loss = new SoftmaxCrossEntropyWithLogits(true, Reduction.MEAN);
    var opt = new Momentum(net.trainableParams(), CosineDecayLR.of(0.05, 40), 0.9);
    var step = new TrainOneStepCell<>(new WithLossCell<>(net, loss), opt);
    net.setTrain(true);
    double first = step.call(x, labels).item();
    double last = first;
    for (int i = 0; i < 39; i++) {
      last = step.call(x, labels).item();
    }
    assertTrue(last < first / 2, first + " to " + last);
    net.setTrain(false);
    saveCheckpoint(net, folder.resolve("small.ckpt"));
    Small fresh = new Small();
    var result = loadParamIntoNet(fresh, loadCheckpoint(folder.resolve("small.ckpt")));
    assertTrue(result.isComplete());
    fresh.setTrain(false);
    assertTrue(fresh.call(x).sameAs(net.call(x)));
  }

  // ---- devices and randomness -------------------------------------------------------------------

  @Test
  void anUnknownBackendSaysWhatThereIs() {
    RuntimeException e = assertThrows(RuntimeException.class, () -> Mycel.setBackend("abacus"));
    assertTrue(
        e.getMessage().contains("onednn") && e.getMessage().contains("reference"), e::getMessage);
  }

  @Test
  void aSeedRepeatsAProgram() {
    Mycel.setSeed(1);
    Tensor a1 = uniform(Shape.of(2, 2), 1, 2);
    Tensor a2 = uniform(Shape.of(2, 2), 1, 2);
    assertFalse(a1.sameAs(a2));
    Mycel.setSeed(1);
    assertTrue(uniform(Shape.of(2, 2), 1, 2).sameAs(a1));
    assertTrue(uniform(Shape.of(2, 2), 1, 2).sameAs(a2));
    Generator one = new Generator();
    one.manualSeed(5);
    Generator other = new Generator();
    other.setState(one.getState());
    assertArrayEquals(
        one.getState().toString().getBytes(java.nio.charset.StandardCharsets.UTF_8),
        other.getState().toString().getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }
}
