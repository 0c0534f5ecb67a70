package dev.mycel.guide;

import static dev.mycel.nn.init.Initializers.calculateGain;
import static dev.mycel.nn.init.Initializers.initializer;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.DType;
import dev.mycel.core.DeviceException;
import dev.mycel.core.Fits;
import dev.mycel.core.Generator;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Mycel;
import dev.mycel.core.Ops;
import dev.mycel.core.Random;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;
import dev.mycel.nn.NamedCell;
import dev.mycel.nn.Parameter;
import dev.mycel.nn.init.HeNormal;
import dev.mycel.nn.init.HeUniform;
import dev.mycel.nn.init.LazyTensor;
import dev.mycel.nn.init.Mode;
import dev.mycel.nn.init.Nonlinearity;
import dev.mycel.nn.init.Uniform;
import dev.mycel.nn.layer.BatchNorm2d;
import dev.mycel.nn.layer.Conv2d;
import dev.mycel.nn.layer.Dense;
import dev.mycel.nn.layer.GroupNorm;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.apache.commons.math3.distribution.NormalDistribution;
import org.apache.commons.math3.distribution.UniformRealDistribution;
import org.apache.commons.math3.stat.StatUtils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Items 40 to 45, 55 to 57, 59 and 70 to 74 of MindSpore's guide: initial values, device, mode. */
class RandomAndDeviceGuideTest {
  private static final Shape ROW = Shape.of(1, 4);

  @AfterEach
  void onTheDefaultBackend() {
    Mycel.setBackend("onednn");
  }

  private static double[] numbers(Tensor x) {
    return x.cast(DType.FLOAT64).toDoubleArray();
  }

  /** Samples of one parameter over many layers. */
  private static double[] samples(int layers, Function<Integer, Parameter> parameter) {
    List<double[]> all = new ArrayList<>();
    for (int i = 0; i < layers; i++) {
      all.add(numbers(parameter.apply(i).value()));
    }
    return all.stream().flatMapToDouble(Arrays::stream).toArray();
  }

  private static void assertUniform(double bound, double[] values) {
    for (double v : values) {
      assertTrue(Math.abs(v) <= bound, () -> v + " is beyond " + bound);
    }
    Fits.assertDrawnFrom(new UniformRealDistribution(-bound, bound), values);
    double variance = bound * bound / 3;
    double error = variance * Math.sqrt(0.8 / values.length);
    assertEquals(variance, StatUtils.variance(values), 4 * error);
  }

  @ParameterizedTest(name = "{displayName} on {0}")
  @ValueSource(strings = {"onednn", "reference"})
  @DisplayName("13.8 #40 a convolution's weight and bias are uniform within the root of k")
  void convolutionsStartUniform(String backend) {
    Mycel.setBackend(backend);
    Mycel.setSeed(40);
    double rootK = Math.sqrt(1.0 / 27);
    assertEquals(0.19245, rootK, 1e-5);
    assertUniform(rootK, samples(20, i -> conv(3, 12, 1).weight()));
    assertUniform(rootK, samples(400, i -> conv(3, 12, 1).bias().orElseThrow()));
    double grouped = Math.sqrt(2.0 / (4 * 9));
    assertUniform(grouped, samples(60, i -> conv(4, 6, 2).weight()));
  }

  private static Conv2d conv(long in, long out, int group) {
    return Conv2d.builder(in, out, 3).group(group).hasBias(true).build();
  }

  @ParameterizedTest(name = "{displayName} on {0}")
  @ValueSource(strings = {"onednn", "reference"})
  @DisplayName("13.8 #41 a dense layer's weight and bias are uniform within 1 / sqrt(in)")
  void denseLayersStartUniform(String backend) {
    Mycel.setBackend(backend);
    Mycel.setSeed(41);
    assertUniform(0.1, samples(5, i -> new Dense(100, 10).weight()));
    assertUniform(0.1, samples(400, i -> new Dense(100, 10).bias().orElseThrow()));
  }

  @ParameterizedTest(name = "{displayName} on {0}")
  @ValueSource(strings = {"onednn", "reference"})
  @DisplayName("13.8 #42 initializer gives a lazy tensor that initData, printing and use fill")
  void lazyTensorsFillThemselves(String backend) {
    Mycel.setBackend(backend);
    Mycel.setSeed(42);
    LazyTensor lazy = initializer(new Uniform(), Shape.of(1, 2, 3), DType.FLOAT32);
    assertEquals(Shape.of(1, 2, 3), lazy.shape());
    assertEquals(DType.FLOAT32, lazy.dtype());
    Tensor filled = lazy.initData();
    for (double v : numbers(filled)) {
      assertTrue(Math.abs(v) <= 0.07 && v != 0, () -> "value " + v);
    }
    // A second initData is an error in MindSpore, and a use before it counts as zeros.
    assertSame(filled, lazy.initData());
    assertEquals(filled.toString(), lazy.toString());
    Parameter used = new Parameter(initializer(new Uniform(), Shape.of(2, 3)), "w");
    assertFalse(used.isInitialized());
    assertTrue(used.value().abs().sum().item() > 0);
    assertTrue(used.isInitialized());
  }

  @ParameterizedTest(name = "{displayName} on {0}")
  @ValueSource(strings = {"onednn", "reference"})
  @DisplayName("13.8 #43 calculateGain, which MindSpore hides, is public")
  void gainsArePublic(String backend) {
    Mycel.setBackend(backend);
    for (String linear :
        new String[] {"linear", "conv1d", "conv2d", "conv3d", "conv_transpose2d", "sigmoid"}) {
      assertEquals(1, calculateGain(linear));
    }
    assertEquals(5.0 / 3, calculateGain("tanh"));
    assertEquals(Math.sqrt(2), calculateGain("relu"));
    assertEquals(Math.sqrt(2 / 1.0001), calculateGain("leaky_relu"));
    assertEquals(1, calculateGain("leaky_relu", 1), 1e-15);
    assertThrows(ArgumentException.class, () -> calculateGain("gelu"));
    assertThrows(ArgumentException.class, () -> calculateGain("leaky_relu", Double.NaN));
  }

  private static final class Net extends Cell<Tensor, Tensor> {
    private final Conv2d conv1 = Conv2d.builder(3, 12, 3).build();
    private final BatchNorm2d bn = new BatchNorm2d(12);
    private final Conv2d conv2 = Conv2d.builder(12, 4, 3).build();
    private final GroupNorm gn = new GroupNorm(2, 4);
    private final Dense fc = new Dense(100, 10);

    @Override
    protected Tensor construct(Tensor x) {
      return fc.call(gn.call(conv2.call(bn.call(conv1.call(x)))).reshape(-1, 100));
    }
  }

  @ParameterizedTest(name = "{displayName} on {0}")
  @ValueSource(strings = {"onednn", "reference"})
  @DisplayName("13.8 #44 a loop over the cells initialises each by its type")
  void cellsAreInitialisedByType(String backend) {
    Mycel.setBackend(backend);
    Mycel.setSeed(44);
    Net net = new Net();
    for (NamedCell named : net.cellsAndNames()) {
      initialise(named.cell());
    }
    double[] first = numbers(net.conv1.weight().value());
    double[] second = numbers(net.conv2.weight().value());
    Fits.assertDrawnFrom(new NormalDistribution(0, 0.13608), first);
    Fits.assertDrawnFrom(new NormalDistribution(0, 0.23570), second);
    double[] fc = numbers(net.fc.weight().value());
    assertUniform(0.1, fc);
    assertTrue(net.fc.bias().orElseThrow().value().sameAs(Ops.zeros(10)));
    assertTrue(net.bn.gamma().value().sameAs(Ops.ones(12)));
    assertTrue(net.gn.beta().value().sameAs(Ops.zeros(4)));
  }

  private static void initialise(Cell<?, ?> cell) {
    if (cell instanceof Conv2d conv) {
      HeNormal he = new HeNormal(0, Mode.FAN_OUT, Nonlinearity.RELU);
      set(conv.weight(), initializer(he, conv.weight().shape()));
    } else if (cell instanceof BatchNorm2d bn) {
      set(bn.gamma(), initializer("ones", bn.gamma().shape()));
      set(bn.beta(), initializer("zeros", bn.beta().shape()));
    } else if (cell instanceof GroupNorm gn) {
      set(gn.gamma(), initializer("ones", gn.gamma().shape()));
      set(gn.beta(), initializer("zeros", gn.beta().shape()));
    } else if (cell instanceof Dense fc) {
      set(fc.weight(), initializer(new HeUniform(Math.sqrt(5)), fc.weight().shape()));
      fc.bias().ifPresent(b -> set(b, initializer("zeros", b.shape())));
    }
  }

  private static void set(Parameter parameter, LazyTensor values) {
    assertSame(parameter, parameter.setData(values));
  }

  private static final class Counter extends Cell<Tensor, Tensor> {
    private final Parameter calls = new Parameter(Ops.zeros(1), "calls", false);

    @Override
    protected Tensor construct(Tensor x) {
      calls.assign(calls.value().add(1));
      return x.add(calls.value());
    }
  }

  @ParameterizedTest(name = "{displayName} on {0}")
  @ValueSource(strings = {"onednn", "reference"})
  @DisplayName("13.8 #45 assign is the way to change a parameter inside construct")
  void assignWorksInsideConstruct(String backend) {
    Mycel.setBackend(backend);
    Counter counter = new Counter();
    assertEquals(1, counter.call(Ops.zeros(1)).item());
    assertEquals(2, counter.call(Ops.zeros(1)).item());
    assertEquals(2, counter.calls.value().item());
    assertThrows(ArgumentException.class, () -> new Resetting().call(Ops.zeros(1)));
  }

  /** Takes the way that is refused. */
  private static final class Resetting extends Cell<Tensor, Tensor> {
    private final Parameter calls = new Parameter(Ops.zeros(1), "calls");

    @Override
    protected Tensor construct(Tensor x) {
      calls.setData(x);
      return x;
    }
  }

  @ParameterizedTest(name = "{displayName} on {0}")
  @ValueSource(strings = {"onednn", "reference"})
  @DisplayName("13.11 #55 the CPU is chosen by name; names of no device are refused")
  void theDeviceIsChosenByName(String backend) {
    Interpreters.root().forgetDevice();
    Mycel.setDevice("CPU");
    Mycel.setBackend(backend);
    Tensor y = new Dense(3, 4).call(Ops.ones(2, 3));
    assertEquals(Shape.of(2, 4), y.shape());
    assertEquals("CPU", y.device().target());
    assertThrows(ArgumentException.class, () -> Mycel.setDevice("TPU"));
    assertThrows(ArgumentException.class, () -> Mycel.setDevice(""));
  }

  @ParameterizedTest(name = "{displayName} on {0}")
  @ValueSource(strings = {"onednn", "reference"})
  @DisplayName("13.11 #56 the device cannot be changed afterwards")
  void theDeviceStays(String backend) {
    Mycel.setBackend(backend);
    Mycel.setDevice("CPU");
    var e = assertThrows(DeviceException.class, () -> Mycel.setDevice("GPU"));
    assertTrue(e.getMessage().contains("the device cannot change"), e.getMessage());
    Mycel.setDevice("CPU");
    assertEquals(backend, Mycel.backend());
  }

  @ParameterizedTest(name = "{displayName} on {0}")
  @ValueSource(strings = {"onednn", "reference"})
  @DisplayName("13.12 #57 PYNATIVE_MODE runs a cell; GRAPH_MODE is refused, naming eager mode")
  void modesAreChosenByName(String backend) {
    Mycel.setBackend(backend);
    Mycel.setContext(Mycel.Mode.PYNATIVE_MODE);
    assertEquals(Shape.of(2, 4), new Dense(3, 4).call(Ops.ones(2, 3)).shape());
    var e = assertThrows(ArgumentException.class, () -> Mycel.setContext(Mycel.Mode.GRAPH_MODE));
    assertTrue(e.getMessage().contains("eager mode, PYNATIVE_MODE"), e.getMessage());
  }

  /** What graph mode forbids: a foreign library, a type of one's own, and another thread. */
  private static final class Free extends Cell<Tensor, Tensor> {
    private record Range(double low, double high) {}

    @Override
    protected Tensor construct(Tensor x) {
      double[] numbers = x.cast(DType.FLOAT64).toDoubleArray();
      Range range = new Range(StatUtils.min(numbers), StatUtils.max(numbers));
      Tensor scaled = x.sub(range.low()).div(range.high() - range.low());
      return CompletableFuture.supplyAsync(Interpreters.capture(() -> scaled.mul(2))).join();
    }
  }

  @ParameterizedTest(name = "{displayName} on {0}")
  @ValueSource(strings = {"onednn", "reference"})
  @DisplayName("13.12 #59 the restrictions of graph mode do not exist: construct is ordinary Java")
  void constructIsOrdinaryJava(String backend) {
    Mycel.setBackend(backend);
    Tensor x = Ops.arange(3).add(5).cast(DType.FLOAT32);
    assertEquals("[0. 1. 2.]", new Free().call(x).toString());
  }

  @ParameterizedTest(name = "{displayName} on {0}")
  @ValueSource(strings = {"onednn", "reference"})
  @DisplayName("13.14 #70 functions draw new tensors; none fills a tensor in place")
  void nothingIsFilledInPlace(String backend) {
    Mycel.setBackend(backend);
    Tensor x = Ops.zeros(100);
    assertTrue(Random.randLike(x).abs().sum().item() > 0);
    assertEquals(0, x.abs().sum().item());
    assertEquals(
        Optional.empty(),
        Arrays.stream(Tensor.class.getMethods())
            .map(m -> m.getName())
            .filter(n -> n.startsWith("random") || n.equals("uniform") || n.equals("normal"))
            .findAny());
  }

  @ParameterizedTest(name = "{displayName} on {0}")
  @ValueSource(strings = {"onednn", "reference"})
  @DisplayName("13.14 #71 there are a global seed and seeds of operations")
  void seedsHaveTwoLevels(String backend) {
    Mycel.setBackend(backend);
    Mycel.setSeed(1);
    assertEquals(1, Mycel.getSeed().orElseThrow());
    Tensor plain = Random.uniform(ROW, 1, 2);
    Tensor seeded = Random.uniform(ROW, 1, 2, 5);
    assertFalse(plain.sameAs(seeded));
    Mycel.setSeed(1);
    assertTrue(seeded.sameAs(Random.uniform(ROW, 1, 2, 5)));
    assertTrue(plain.sameAs(Random.uniform(ROW, 1, 2)));
    Mycel.setSeed(2);
    assertFalse(seeded.sameAs(Random.uniform(ROW, 1, 2, 5)));
    assertFalse(plain.sameAs(Random.uniform(ROW, 1, 2)));
  }

  private static List<String> fourRows() {
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      Tensor row = Random.uniform(ROW, Tensor.scalar(1), Tensor.scalar(2), 1);
      assertTrue(row.ge(1).all().itemBoolean() && row.lt(2).all().itemBoolean());
      rows.add(row.toString());
    }
    return rows;
  }

  @ParameterizedTest(name = "{displayName} on {0}")
  @ValueSource(strings = {"onednn", "reference"})
  @DisplayName("13.14 #72 four draws with one seed differ, and starting again repeats them")
  void fourRowsDifferAndRepeat(String backend) {
    Mycel.setBackend(backend);
    Mycel.setSeed(1);
    List<String> first = fourRows();
    assertEquals(4, first.stream().distinct().count());
    Mycel.setSeed(1);
    assertEquals(first, fourRows());
  }

  @ParameterizedTest(name = "{displayName} on {0}")
  @ValueSource(strings = {"onednn", "reference"})
  @DisplayName("13.14 #73 backends give the same numbers, unlike MindSpore's")
  void backendsAgree(String backend) {
    Mycel.setBackend("reference");
    Tensor right = Random.gamma(Shape.of(99), 0.5, 2, new Generator(3));
    float[] expected = right.toFloatArray();
    Mycel.setBackend(backend);
    float[] found = Random.gamma(Shape.of(99), 0.5, 2, new Generator(3)).toFloatArray();
    assertTrue(Arrays.equals(expected, found));
  }

  @ParameterizedTest(name = "{displayName} on {0}")
  @ValueSource(strings = {"onednn", "reference"})
  @DisplayName("13.14 #74 generators of equal seed and state give equal numbers")
  void generatorsAreSynchronisedByState(String backend) {
    Mycel.setBackend(backend);
    Generator one = new Generator().manualSeed(1);
    Generator.defaultGenerator().manualSeed(1);
    assertTrue(Random.rand(one, 5).sameAs(Random.rand(Generator.defaultGenerator(), 5)));
    Generator other = new Generator();
    assertNotEquals(one.initialSeed(), other.initialSeed());
    other.setState(one.getState());
    assertEquals(1, other.initialSeed());
    assertTrue(Random.randn(one, 5).sameAs(Random.randn(other, 5)));
    assertTrue(Random.poisson(Shape.of(50), 4, one).sameAs(Random.poisson(Shape.of(50), 4, other)));
    Tensor state = one.manualSeed(5).getState();
    assertNotEquals(5, one.seed());
    assertEquals(5, one.setState(state).initialSeed());
  }
}
