package dev.mycel.guide;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.autograd.Autograd;
import dev.mycel.core.DType;
import dev.mycel.core.Mycel;
import dev.mycel.core.Ops;
import dev.mycel.core.Pair;
import dev.mycel.core.Profile;
import dev.mycel.core.Random;
import dev.mycel.core.Tensor;
import dev.mycel.junit.MycelTest;
import dev.mycel.nn.Cell;
import dev.mycel.nn.NamedCell;
import dev.mycel.nn.Parameter;
import dev.mycel.nn.SequentialCell;
import dev.mycel.nn.WithLossCell;
import dev.mycel.nn.layer.BatchNorm1d;
import dev.mycel.nn.layer.Dense;
import dev.mycel.nn.layer.Dropout;
import dev.mycel.nn.layer.Tanh;
import dev.mycel.nn.loss.MSELoss;
import dev.mycel.optim.SGD;
import dev.mycel.optim.TrainOneStepCell;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Freezing, training mode, and how often the forward pass runs. */
@DisplayName("The guide: freezing, training mode, setGrad")
@MycelTest
final class TrainingModeGuideTest {
  /** y = B(A(x)), with or without a stop between the two. */
  private static final class Two extends Cell<Tensor, Tensor> {
    private final SequentialCell first = new SequentialCell(new Dense(3, 4), new Tanh());
    private final SequentialCell second = new SequentialCell(new Dense(4, 2), new Tanh());
    private final transient boolean stops;

    Two(boolean stops) {
      this.stops = stops;
    }

    @Override
    protected Tensor construct(Tensor x) {
      Tensor between = first.call(x);
      return second.call(stops ? Autograd.stopGradient(between) : between);
    }
  }

  private static Two two(boolean stops) {
    Mycel.setSeed(4);
    Two net = new Two(stops);
    net.initParametersData();
    return net;
  }

  private static void freeze(Cell<?, ?> cell) {
    cell.getParameters().forEach(p -> p.setRequiresGrad(false));
  }

  private static List<Parameter> parameters(Cell<?, ?> cell) {
    return cell.getParameters().toList();
  }

  private static float[] floats(Tensor t) {
    return t.reshape(-1).toFloatArray();
  }

  private static List<float[]> floats(List<Tensor> all) {
    return all.stream().map(TrainingModeGuideTest::floats).toList();
  }

  private static void same(List<float[]> expected, List<float[]> actual) {
    assertEquals(expected.size(), actual.size());
    for (int i = 0; i < expected.size(); i++) {
      assertArrayEquals(expected.get(i), actual.get(i), "place " + i);
    }
  }

  private static void zeros(List<float[]> all) {
    all.forEach(values -> assertArrayEquals(new float[values.length], values));
  }

  private static Pair<List<float[]>, List<float[]>> gradients(Two net, Tensor x) {
    Pair<List<Tensor>, List<Tensor>> g =
        Autograd.grad(net, new int[] {0}, parameters(net)).apply(x);
    return new Pair<>(floats(g.first()), floats(g.second()));
  }

  private static Tensor x() {
    return Tensor.of(new float[] {0.1f, -0.4f, 0.7f, 0.3f, 0.2f, -0.9f}, 2, 3);
  }

  // ---- 13.6 freezing ----------------------------------------------------------------------------

  @DisplayName("13.6 #31 requiresGrad = false on B leaves A's gradient and that of x as they are")
  @ParameterizedTest(name = "{displayName} on {0}")
  @ValueSource(strings = {"onednn", "reference"})
  void frozenParametersLetGradientsPass(String backend) {
    Mycel.setBackend(backend);
    Two net = two(false);
    var free = gradients(net, x());
    freeze(net.second);
    var frozen = gradients(net, x());
    same(free.first(), frozen.first());
    same(free.second().subList(0, 2), frozen.second().subList(0, 2));
    zeros(frozen.second().subList(2, 4));
    assertEquals(parameters(net.first), net.trainableParams());
    assertEquals(parameters(net.second), net.untrainableParams());
  }

  @DisplayName("13.6 #32 stopGradient between A and B makes A's gradient and that of x zero")
  @ParameterizedTest(name = "{displayName} on {0}")
  @ValueSource(strings = {"onednn", "reference"})
  void stopGradientCutsWhatComesBefore(String backend) {
    Mycel.setBackend(backend);
    Two free = two(false);
    Two stopped = two(true);
    var expected = gradients(free, x());
    var found = gradients(stopped, x());
    zeros(found.first());
    zeros(found.second().subList(0, 2));
    same(expected.second().subList(2, 4), found.second().subList(2, 4));
    assertArrayEquals(floats(free.call(x())), floats(stopped.call(x())));
  }

  private static List<float[]> trained(Two net, List<String> gradientPlaces) {
    List<Parameter> trained = net.trainableParams();
    var step =
        new TrainOneStepCell<>(new WithLossCell<>(net, new MSELoss()), new SGD(trained, 0.1));
    net.setTrain();
    Tensor target = Ops.zeros(2, 2);
    step.call(x(), target);
    try (Profile profile = Profile.open()) {
      step.call(x(), target);
      for (Profile.Row row : profile.rowsByPath()) {
        if (row.name().endsWith("(gradient)")) {
          gradientPlaces.add(row.name());
        }
      }
    }
    return floats(parameters(net).stream().map(Parameter::value).toList());
  }

  private static boolean anyIn(List<String> places, String part) {
    return places.stream().anyMatch(place -> place.contains("." + part + "."));
  }

  @DisplayName(
      "13.6 #33 a frozen first part and stopGradient give the same updates; neither runs a"
          + " backward pass for that part")
  @ParameterizedTest(name = "{displayName} on {0}")
  @ValueSource(strings = {"onednn", "reference"})
  void aFrozenFirstPartCostsNoBackwardPass(String backend) {
    Mycel.setBackend(backend);
    List<String> frozenPlaces = new ArrayList<>();
    List<String> stoppedPlaces = new ArrayList<>();
    List<String> freePlaces = new ArrayList<>();
    Two frozen = two(false);
    freeze(frozen.first);
    Two stopped = two(true);
    List<float[]> byFreezing = trained(frozen, frozenPlaces);
    List<float[]> byStopping = trained(stopped, stoppedPlaces);
    same(byFreezing, byStopping);
    trained(two(false), freePlaces);
    assertTrue(anyIn(freePlaces, "first") && anyIn(freePlaces, "second"), freePlaces::toString);
    for (List<String> places : List.of(frozenPlaces, stoppedPlaces)) {
      assertTrue(anyIn(places, "second"), places::toString);
      assertFalse(anyIn(places, "first"), places::toString);
    }
  }

  // ---- 13.10 training and evaluation ------------------------------------------------------------

  @DisplayName("13.10 #51 setTrain(true): dropout drops and scales, batch norm uses and moves")
  @ParameterizedTest(name = "{displayName} on {0}")
  @ValueSource(strings = {"onednn", "reference"})
  void inTrainingDropoutDropsAndStatisticsMove(String backend) {
    Mycel.setBackend(backend);
    Mycel.setSeed(2);
    Dropout dropout = Dropout.p(0.3);
    dropout.setTrain(true);
    float[] y = floats(dropout.call(Ops.ones(100, 100)));
    int kept = 0;
    for (float v : y) {
      assertTrue(v == 0 || Math.abs(v - 1 / 0.7) < 1e-6, "value " + v);
      kept += v == 0 ? 0 : 1;
    }
    assertEquals(7000, kept, 5 * Math.sqrt(10000 * 0.3 * 0.7));

    BatchNorm1d norm = new BatchNorm1d(1);
    norm.setTrain(true);
    Tensor x = Tensor.of(new float[] {1, 2, 3, 6}, 4, 1);
    float[] out = floats(norm.call(x));
    double deviation = Math.sqrt(3.5 + 1e-5);
    for (int i = 0; i < 4; i++) {
      assertEquals((floats(x)[i] - 3) / deviation, out[i], 1e-5);
    }
    assertEquals(0.1 * 3, norm.movingMean().value().at(0).item(), 1e-6);
    assertEquals(0.9 + 0.1 * 14 / 3, norm.movingVariance().value().at(0).item(), 1e-6);
  }

  @DisplayName("13.10 #52 setTrain(false): dropout is the identity, moving statistics stay")
  @ParameterizedTest(name = "{displayName} on {0}")
  @ValueSource(strings = {"onednn", "reference"})
  void inEvaluationNothingIsDroppedAndNothingMoves(String backend) {
    Mycel.setBackend(backend);
    Dropout dropout = Dropout.p(0.3);
    BatchNorm1d norm = new BatchNorm1d(3);
    norm.movingMean().setData(Tensor.of(new float[] {1, 2, 3}, 3));
    norm.movingVariance().setData(Tensor.of(new float[] {4, 4, 4}, 3));
    SequentialCell net = new SequentialCell(dropout, norm);
    assertFalse(net.training(), "a fresh cell is in inference mode");
    net.setTrain(true);
    net.setTrain(false);
    assertArrayEquals(floats(x()), floats(dropout.call(x())));
    float[] once = floats(net.call(x()));
    assertEquals((0.1 - 1) / Math.sqrt(4 + 1e-5), once[0], 1e-6);
    assertArrayEquals(once, floats(net.call(x())));
    assertArrayEquals(new float[] {1, 2, 3}, floats(norm.movingMean().value()));
    assertArrayEquals(new float[] {4, 4, 4}, floats(norm.movingVariance().value()));
  }

  @DisplayName("13.10 #53 setTrain reaches all cells below and returns the cell")
  @ParameterizedTest(name = "{displayName} on {0}")
  @ValueSource(strings = {"onednn", "reference"})
  void setTrainIsRecursive(String backend) {
    Mycel.setBackend(backend);
    Two net = two(false);
    assertSame(net, net.setTrain());
    assertTrue(net.cellsAndNames().stream().map(NamedCell::cell).allMatch(Cell::training));
    assertSame(net, net.setTrain(false));
    assertTrue(net.cellsAndNames().stream().map(NamedCell::cell).noneMatch(Cell::training));
  }

  @DisplayName("13.10 #54 evaluation does not change weights")
  @ParameterizedTest(name = "{displayName} on {0}")
  @ValueSource(strings = {"onednn", "reference"})
  void evaluationChangesNoParameter(String backend) {
    Mycel.setBackend(backend);
    Mycel.setSeed(6);
    SequentialCell net =
        new SequentialCell(new Dense(3, 4), new BatchNorm1d(4), Dropout.p(0.5), new Dense(4, 2));
    net.setTrain(false);
    List<float[]> before = floats(parameters(net).stream().map(Parameter::value).toList());
    Tensor loss = new WithLossCell<>(net, new MSELoss()).call(x(), Ops.zeros(2, 2));
    assertTrue(loss.item() >= 0);
    same(before, floats(parameters(net).stream().map(Parameter::value).toList()));
  }

  // ---- 13.13 how often the forward pass runs ----------------------------------------------------

  @DisplayName("13.13 #65 with setGrad MySampler's forward pass runs once, its gradient is zero")
  @ParameterizedTest(name = "{displayName} on {0}")
  @ValueSource(strings = {"onednn", "reference"})
  void theSamplersForwardRunsOnce(String backend) {
    Mycel.setBackend(backend);
    LegacyNumpy random = new LegacyNumpy(1);
    // Steps 60 to 62: an input, and two forward passes, each with its own draws.
    Tensor x = Tensor.of(random.uniform(0, 3, 10), 2, 5);
    MySampler before = new MySampler(3, random);
    assertArrayEquals(new int[] {3, 1, 3, 1, 4, 1}, ints(before.call(x).indices()));
    Autograd.grad(before).apply(x);
    assertArrayEquals(new int[] {3, 0, 1, 3, 3, 1}, ints(before.forwards().get(1).indices()));

    Tensor next = Tensor.of(random.uniform(0, 3, 10), 2, 5);
    assertEquals(1.2519144f, floats(next)[0]);
    MySampler sampler = new MySampler(3, random);
    assertSame(sampler, sampler.setGrad());
    assertTrue(sampler.requiresGrad());
    var r = Autograd.valueAndGrad(sampler).apply(next);
    assertEquals(1, sampler.forwards().size());
    assertArrayEquals(
        new float[] {1.2519144f, 1.2519144f, 1.6760695f, 2.6291676f, 2.076968f, 0.9402725f},
        floats(r.value().values()));
    assertArrayEquals(new int[] {0, 0, 1, 3, 2, 1}, ints(r.value().indices()));
    assertArrayEquals(new float[10], floats(r.grads()));
    assertEquals(DType.FLOAT32, r.grads().dtype());
  }

  private static int[] ints(Tensor t) {
    return t.reshape(-1).toIntArray();
  }

  @DisplayName(
      "13.13 #66 moving statistics move with each forward pass: twice for a call and grad,"
          + " once for valueAndGrad")
  @ParameterizedTest(name = "{displayName} on {0}")
  @ValueSource(strings = {"onednn", "reference"})
  void statisticsMoveOncePerForwardPass(String backend) {
    Mycel.setBackend(backend);
    Tensor x = Random.randn(8, 1).add(4);
    double mean = x.mean().item();
    BatchNorm1d twice = new BatchNorm1d(1);
    twice.setTrain();
    twice.call(x);
    Autograd.grad(twice).apply(x);
    assertEquals((0.1 + 0.09) * mean, twice.movingMean().value().at(0).item(), 1e-5);
    BatchNorm1d once = new BatchNorm1d(1);
    once.setTrain().setGrad();
    Autograd.valueAndGrad(once).apply(x);
    assertEquals(0.1 * mean, once.movingMean().value().at(0).item(), 1e-5);
  }
}
