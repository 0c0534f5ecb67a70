package dev.mycel.guide;

import static dev.mycel.autograd.Autograd.grad;
import static dev.mycel.autograd.Autograd.valueAndGrad;
import static dev.mycel.nn.init.Initializers.initializer;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.core.DType;
import dev.mycel.core.Mycel;
import dev.mycel.core.Ops;
import dev.mycel.core.Pair;
import dev.mycel.core.Random;
import dev.mycel.core.Shape;
import dev.mycel.core.ShapeException;
import dev.mycel.core.Tensor;
import dev.mycel.junit.MycelTest;
import dev.mycel.nn.Cell;
import dev.mycel.nn.NamedCell;
import dev.mycel.nn.NamedParameter;
import dev.mycel.nn.PadMode;
import dev.mycel.nn.Parameter;
import dev.mycel.nn.SequentialCell;
import dev.mycel.nn.WithLossCell;
import dev.mycel.nn.layer.BatchNorm2d;
import dev.mycel.nn.layer.Conv2d;
import dev.mycel.nn.layer.Dense;
import dev.mycel.nn.layer.ReLU;
import dev.mycel.nn.loss.LossBase;
import dev.mycel.nn.loss.MSELoss;
import dev.mycel.optim.Optimizer;
import dev.mycel.optim.SGD;
import dev.mycel.optim.TrainOneStepCell;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** MindSpore's guide: basic logic, cells, the unit test, parameters and submodules. */
@SuppressWarnings({"UnusedVariable", "unused"}) // fields are read by the registry
@MycelTest
class CellGuideTest {
  private static final class Net extends Cell<Tensor, Tensor> {
    private final Dense fc = new Dense(3, 2);
    private final ReLU relu = new ReLU();

    @Override
    protected Tensor construct(Tensor x) {
      return relu.call(fc.call(x));
    }
  }

  /** A loss of the user's own. */
  private static final class Absolute extends LossBase {
    @Override
    protected Tensor construct(Tensor predictions, Tensor targets) {
      return getLoss(predictions.sub(targets).abs());
    }
  }

  /** An optimiser of the user's own: plain descent. */
  private static final class Descent extends Optimizer {
    Descent(List<? extends Parameter> parameters, double rate) {
      super(parameters, rate);
    }

    @Override
    protected void update(Update u) {
      u.parameter().assign(u.parameter().value().sub(u.gradient().mul(u.learningRate())));
    }
  }

  // ---- 13.1 basic logic -------------------------------------------------------------------------

  @DisplayName("13.1 #1 a cell declares its members and computes in construct")
  @ParameterizedTest(name = "{displayName} on {0}")
  @ValueSource(strings = {"onednn", "reference"})
  void aCellNeedsMembersAndConstructOnly(String backend) {
    Mycel.setBackend(backend);
    Net net = new Net();
    assertEquals(Shape.of(4, 2), net.call(Ops.ones(4, 3)).shape());
    assertEquals(List.of("fc", "relu"), List.copyOf(net.nameCells().keySet()));
  }

  @DisplayName("13.1 #2 loss and optimizer may be the library's or one's own")
  @ParameterizedTest(name = "{displayName} on {0}")
  @ValueSource(strings = {"onednn", "reference"})
  void lossAndOptimizerMayBeOnesOwn(String backend) {
    Mycel.setBackend(backend);
    for (LossBase loss : List.of(new Absolute(), new OwnMse())) {
      Dense own = line();
      Dense library = line();
      var a =
          new TrainOneStepCell<>(
              new WithLossCell<>(own, loss), new Descent(own.trainableParams(), 0.1));
      var b =
          new TrainOneStepCell<>(
              new WithLossCell<>(library, loss), new SGD(library.trainableParams(), 0.1));
      Tensor x = Tensor.of(new float[][] {{1, 2}, {3, 4}});
      Tensor y = Ops.zeros(2, 1);
      assertEquals(a.call(x, y).item(), b.call(x, y).item());
      assertTrue(own.weight().value().sameAs(library.weight().value()));
      assertTrue(a.call(x, y).item() != 0);
    }
    Dense net = line();
    var step =
        new TrainOneStepCell<>(
            new WithLossCell<>(net, new MSELoss()), new SGD(net.trainableParams(), 0.01));
    double before = step.call(Ops.ones(2, 2), Ops.zeros(2, 1)).item();
    assertTrue(step.call(Ops.ones(2, 2), Ops.zeros(2, 1)).item() < before);
  }

  private static final class OwnMse extends LossBase {
    @Override
    protected Tensor construct(Tensor predictions, Tensor targets) {
      return getLoss(predictions.sub(targets).square());
    }
  }

  private static Dense line() {
    return Dense.builder(2, 1).weightInit("ones").biasInit("zeros").build();
  }

  @DisplayName("13.1 #3 forward is a call, and so is the loss of logits and target")
  @ParameterizedTest(name = "{displayName} on {0}")
  @ValueSource(strings = {"onednn", "reference"})
  void forwardIsAPlainCall(String backend) {
    Mycel.setBackend(backend);
    Tensor logits = line().call(Tensor.of(new float[][] {{1, 2}}));
    assertEquals(3, logits.item());
    assertEquals(4, new MSELoss().call(logits, Ops.ones(1, 1)).item());
  }

  @DisplayName("13.1 #4 grad gives gradients as values and nothing accumulates")
  @ParameterizedTest(name = "{displayName} on {0}")
  @ValueSource(strings = {"onednn", "reference"})
  void gradientsAreValues(String backend) {
    Mycel.setBackend(backend);
    Dense net = line();
    MSELoss loss = new MSELoss();
    var gradients =
        grad(
            (Pair<Tensor, Tensor> in) -> loss.call(net.call(in.first()), in.second()),
            net.trainableParams());
    Pair<Tensor, Tensor> in = new Pair<>(Tensor.of(new float[][] {{1, 2}}), Ops.ones(1, 1));
    List<Tensor> first = gradients.apply(in);
    List<Tensor> second = gradients.apply(in);
    assertEquals("[[4. 8.]]", first.get(0).toString());
    assertEquals("[4.]", first.get(1).toString());
    assertTrue(first.get(0).sameAs(second.get(0)));
  }

  @DisplayName("13.1 #5 with hasAux only the first output is differentiated")
  @ParameterizedTest(name = "{displayName} on {0}")
  @ValueSource(strings = {"onednn", "reference"})
  void auxiliaryOutputsAreReturnedUnchanged(String backend) {
    Mycel.setBackend(backend);
    Tensor x = Tensor.of(new float[] {1, 2}, 2);
    var aux = valueAndGrad((Tensor t) -> new Pair<>(t.square(), t.mul(5))).hasAux().apply(x);
    assertEquals("[2. 4.]", aux.grads().toString());
    assertEquals("[ 5. 10.]", aux.value().second().toString());
    var both = valueAndGrad((Tensor t) -> new Pair<>(t.square(), t.mul(5))).apply(x);
    assertEquals("[7. 9.]", both.grads().toString());
  }

  @DisplayName("13.1 #6 the optimizer takes gradients and updates in place")
  @ParameterizedTest(name = "{displayName} on {0}")
  @ValueSource(strings = {"onednn", "reference"})
  void theOptimizerUpdatesInPlace(String backend) {
    Mycel.setBackend(backend);
    Dense net = line();
    Parameter weight = net.weight();
    SGD optimizer = new SGD(net.trainableParams(), 0.5);
    optimizer.call(List.of(Ops.ones(1, 2), Ops.ones(1)));
    assertSame(weight, net.weight());
    assertEquals("[[0.5 0.5]]", weight.value().toString());
  }

  // ---- 13.2 cells -------------------------------------------------------------------------------

  /** The cell of the guide. */
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

  private static MyCell myCell(boolean autoPrefix) {
    return new MyCell(Conv2d.builder(120, 240, 4).hasBias(false).build(), autoPrefix);
  }

  @DisplayName("13.2 #7 parameters of the guide's cell print with the object's name")
  @ParameterizedTest(name = "{displayName} on {0}")
  @ValueSource(strings = {"onednn", "reference"})
  void parametersPrintWithTheObjectsName(String backend) {
    Mycel.setBackend(backend);
    assertEquals(
        "[Parameter (name=net.weight, shape=(240, 120, 4, 4), dtype=Float32, requires_grad=True)]",
        myCell(true).trainableParams().toString());
  }

  @DisplayName("13.2 #8 a name is the object's name and the parameter's local one")
  @ParameterizedTest(name = "{displayName} on {0}")
  @ValueSource(strings = {"onednn", "reference"})
  void aNameIsObjectDotLocalName(String backend) {
    Mycel.setBackend(backend);
    MyCell cell = myCell(true);
    NamedParameter own = cell.net.parametersAndNames().get(0);
    assertEquals("weight", own.name());
    assertEquals("net." + own.name(), cell.parametersAndNames().get(0).parameter().name());
  }

  @DisplayName("13.2 #9 without auto prefix the name is the local one")
  @ParameterizedTest(name = "{displayName} on {0}")
  @ValueSource(strings = {"onednn", "reference"})
  void withoutAutoPrefixTheNameIsLocal(String backend) {
    Mycel.setBackend(backend);
    assertEquals(
        "[Parameter (name=weight, shape=(240, 120, 4, 4), dtype=Float32, requires_grad=True)]",
        myCell(false).trainableParams().toString());
  }

  @DisplayName("13.2 #10 wrappers do not rename the backbone")
  @ParameterizedTest(name = "{displayName} on {0}")
  @ValueSource(strings = {"onednn", "reference"})
  void wrappersDoNotRename(String backend) {
    Mycel.setBackend(backend);
    Net net = new Net();
    String before = net.trainableParams().toString();
    var loss = new WithLossCell<>(net, new MSELoss());
    var step = new TrainOneStepCell<>(loss, new SGD(net.trainableParams(), 0.1));
    step.call(Ops.ones(1, 3), Ops.ones(1, 2));
    assertEquals(before, loss.trainableParams().toString());
    assertEquals(before, step.trainableParams().subList(0, 2).toString());
    assertEquals(before, net.trainableParams().toString());
  }

  @DisplayName("13.2 #11 the same numbers come out plain and while a gradient records")
  @ParameterizedTest(name = "{displayName} on {0}")
  @ValueSource(strings = {"onednn", "reference"})
  void recordedCallsGiveTheSameNumbers(String backend) {
    Mycel.setBackend(backend);
    Net net = new Net();
    Tensor x = Random.uniform(Shape.of(5, 3), -1, 1, 7);
    Tensor plain = net.call(x);
    assertTrue(plain.sameAs(valueAndGrad(net).apply(x).value()));
    assertTrue(plain.sameAs(valueAndGrad(net, net.trainableParams()).apply(x).value()));
  }

  // ---- 13.3 the unit test -----------------------------------------------------------------------

  @DisplayName("13.3 #12 initializer of a number is that constant")
  @ParameterizedTest(name = "{displayName} on {0}")
  @ValueSource(strings = {"onednn", "reference"})
  void aNumberInitializesAConstant(String backend) {
    Mycel.setBackend(backend);
    Tensor t = initializer(0.1, Shape.of(2, 3), DType.FLOAT32).initData();
    assertEquals("[[0.1 0.1 0.1]\n [0.1 0.1 0.1]]", t.toString());
    assertEquals(DType.FLOAT32, t.dtype());
  }

  /** Sets the weights of all convolutions, as the guide does. */
  private static void setConvolutions(Cell<?, ?> net, double value) {
    for (NamedCell named : net.cellsAndNames()) {
      if (named.cell() instanceof Conv2d conv) {
        conv.weight().setData(initializer(value, conv.weight().shape(), DType.FLOAT32));
      }
    }
  }

  @DisplayName("13.3 #13 a loop over cells sets the weights of convolutions alone")
  @ParameterizedTest(name = "{displayName} on {0}")
  @ValueSource(strings = {"onednn", "reference"})
  void aLoopSetsTheConvolutions(String backend) {
    Mycel.setBackend(backend);
    Conv2d conv = new Conv2d(2, 1, 1);
    BatchNorm2d norm = new BatchNorm2d(1);
    Parameter weight = conv.weight();
    setConvolutions(new SequentialCell(conv, norm), 0.1);
    assertSame(weight, conv.weight());
    assertEquals("[[[[0.1]]\n\n  [[0.1]]]]", weight.value().toString());
    assertEquals("[1.]", norm.trainableParams().get(0).value().toString());
  }

  @DisplayName("13.3 #14 the default pad mode keeps 12x12, which does not compare with 9x9")
  @ParameterizedTest(name = "{displayName} on {0}")
  @ValueSource(strings = {"onednn", "reference"})
  void theDefaultPadModeIsSame(String backend) {
    Mycel.setBackend(backend);
    Tensor y = myCell(true).call(Ops.zeros(2, 120, 12, 12));
    assertEquals(Shape.of(2, 240, 12, 12), y.shape());
    var e = assertThrows(ShapeException.class, () -> y.sub(Ops.zeros(2, 240, 9, 9)));
    assertTrue(e.getMessage().contains("(2, 240, 12, 12)"), e.getMessage());
    assertTrue(e.getMessage().contains("(2, 240, 9, 9)"), e.getMessage());
  }

  private static Conv2d padded() {
    return Conv2d.builder(120, 240, 4).padMode(PadMode.PAD).hasBias(false).build();
  }

  @DisplayName("13.3 #15 pad mode \"pad\" without padding gives 9x9")
  @ParameterizedTest(name = "{displayName} on {0}")
  @ValueSource(strings = {"onednn", "reference"})
  void padModePadGivesNineByNine(String backend) {
    Mycel.setBackend(backend);
    assertEquals(
        Shape.of(2, 240, 9, 9), new MyCell(padded(), true).call(Ops.zeros(2, 120, 12, 12)).shape());
  }

  @DisplayName("13.3 #16 the convolution agrees with one computed in double precision")
  @ParameterizedTest(name = "{displayName} on {0}")
  @ValueSource(strings = {"onednn", "reference"})
  void theConvolutionAgreesWithDoublePrecision(String backend) {
    Mycel.setBackend(backend);
    MyCell cell = new MyCell(padded(), true);
    setConvolutions(cell, 0.1);
    Tensor x = Random.uniform(Shape.of(2, 120, 12, 12), -1, 1, 3);
    float[] in = x.toFloatArray();
    float[] out = cell.call(x).toFloatArray();
    double worst = 0;
    for (int n = 0; n < 2; n++) {
      for (int row = 0; row < 9; row++) {
        for (int column = 0; column < 9; column++) {
          double right = Math.max(0, 0.1f * window(in, n, row, column));
          for (int channel = 0; channel < 240; channel++) {
            double found = out[((n * 240 + channel) * 9 + row) * 9 + column];
            worst = Math.max(worst, Math.abs(found - right));
          }
        }
      }
    }
    assertTrue(worst < 1e-5, "largest difference " + worst);
  }

  private static double window(float[] in, int n, int row, int column) {
    double sum = 0;
    for (int channel = 0; channel < 120; channel++) {
      for (int i = row; i < row + 4; i++) {
        for (int j = column; j < column + 4; j++) {
          sum += in[((n * 120 + channel) * 12 + i) * 12 + j];
        }
      }
    }
    return sum;
  }

  @DisplayName("13.3 #17 arrays go in and come out unchanged")
  @ParameterizedTest(name = "{displayName} on {0}")
  @ValueSource(strings = {"onednn", "reference"})
  void arraysMakeTheRoundTrip(String backend) {
    Mycel.setBackend(backend);
    float[] values = {0.1f, -0f, Float.MIN_VALUE, 3e38f, Float.NaN, Float.NEGATIVE_INFINITY};
    org.junit.jupiter.api.Assertions.assertArrayEquals(
        values, Tensor.of(values, 2, 3).toFloatArray());
  }

  // ---- 13.5 parameters --------------------------------------------------------------------------

  private static final class WithConstant extends Cell<Tensor, Tensor> {
    private final Tensor constant = Ops.ones(3);
    private final Parameter weight = new Parameter(Ops.ones(3));

    @Override
    protected Tensor construct(Tensor x) {
      return x.mul(constant).mul(weight.value());
    }
  }

  @DisplayName("13.5 #25 tensors are constants and parameters are trained")
  @ParameterizedTest(name = "{displayName} on {0}")
  @ValueSource(strings = {"onednn", "reference"})
  void tensorAttributesAreNotListed(String backend) {
    Mycel.setBackend(backend);
    WithConstant cell = new WithConstant();
    assertEquals(
        "[Parameter (name=weight, shape=(3,), dtype=Float32, requires_grad=True)]",
        cell.getParameters().toList().toString());
    cell.weight.setRequiresGrad(false);
    assertEquals(List.of(), cell.trainableParams());
    assertEquals(1, cell.untrainableParams().size());
  }

  @DisplayName("13.5 #26 parametersDict is an ordered map of names to parameters")
  @ParameterizedTest(name = "{displayName} on {0}")
  @ValueSource(strings = {"onednn", "reference"})
  void theDictIsAnOrderedMap(String backend) {
    Mycel.setBackend(backend);
    Net net = new Net();
    Map<String, Parameter> dict = net.parametersDict();
    assertEquals(List.of("fc.weight", "fc.bias"), List.copyOf(dict.keySet()));
    assertSame(net.fc.weight(), dict.get("fc.weight"));
    assertEquals(
        "OrderedDict([('fc.weight', Parameter (name=fc.weight, shape=(2, 3), dtype=Float32, "
            + "requires_grad=True)), ('fc.bias', Parameter (name=fc.bias, shape=(2,), "
            + "dtype=Float32, requires_grad=True))])",
        dict.toString());
  }

  @DisplayName("13.5 #27 getParameters is walked one by one")
  @ParameterizedTest(name = "{displayName} on {0}")
  @ValueSource(strings = {"onednn", "reference"})
  void parametersAreWalkedOneByOne(String backend) {
    Mycel.setBackend(backend);
    Net net = new Net();
    Iterator<Parameter> all = net.getParameters().iterator();
    assertSame(net.fc.weight(), all.next());
    assertEquals("fc.bias", all.next().name());
    assertTrue(!all.hasNext());
  }

  @DisplayName("13.5 #28 trainableParams lists those that require gradients")
  @ParameterizedTest(name = "{displayName} on {0}")
  @ValueSource(strings = {"onednn", "reference"})
  void trainableParametersRequireGradients(String backend) {
    Mycel.setBackend(backend);
    BatchNorm2d norm = new BatchNorm2d(2);
    List<String> names = norm.trainableParams().stream().map(Parameter::name).toList();
    assertEquals(List.of("gamma", "beta"), names);
    assertEquals(4, norm.getParameters().count());
  }

  @DisplayName("13.5 #29 the parameters of a dense layer print as MindSpore prints them")
  @ParameterizedTest(name = "{displayName} on {0}")
  @ValueSource(strings = {"onednn", "reference"})
  void denseParametersPrint(String backend) {
    Mycel.setBackend(backend);
    assertEquals(
        "[Parameter (name=weight, shape=(1, 2), dtype=Float32, requires_grad=True), "
            + "Parameter (name=bias, shape=(1,), dtype=Float32, requires_grad=True)]",
        new Dense(2, 1).trainableParams().toString());
  }

  @DisplayName("13.5 #30 freezing by name takes the bias off the list")
  @ParameterizedTest(name = "{displayName} on {0}")
  @ValueSource(strings = {"onednn", "reference"})
  void frozenBiasesAreNotListed(String backend) {
    Mycel.setBackend(backend);
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
}
