package dev.mycel.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.autograd.Autograd;
import dev.mycel.core.Attrs;
import dev.mycel.core.ClosedTensorException;
import dev.mycel.core.DType;
import dev.mycel.core.DeviceException;
import dev.mycel.core.Interpreter;
import dev.mycel.core.Interpreters;
import dev.mycel.core.MemoryStats;
import dev.mycel.core.Mycel;
import dev.mycel.core.Ops;
import dev.mycel.core.Prims;
import dev.mycel.core.Profile;
import dev.mycel.core.Scope;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import dev.mycel.core.TensorException;
import dev.mycel.core.Variable;
import dev.mycel.junit.MycelTest;
import dev.mycel.nn.Parameter;
import dev.mycel.optim.schedule.CosineDecayLR;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Parameters that are updated together end as those that are updated one by one, which a profile
 * makes of them: it measures each update by itself.
 */
@MycelTest
class UpdatesTogetherTest {
  private static final int STEPS = 3;

  /** A way to make an optimiser. */
  private record Rule(String name, Function<List<Parameter>, Optimizer> make) {
    @Override
    public String toString() {
      return name;
    }
  }

  @BeforeEach
  @AfterEach
  void onOneDnn() {
    Mycel.setBackend("onednn");
  }

  static List<Rule> rules() {
    return List.of(
        new Rule("SGD", p -> SGD.builder(p).learningRate(0.1).weightDecay(0.01).build()),
        new Rule(
            "SGD with momentum",
            p -> SGD.builder(p).learningRate(0.1).momentum(0.9).dampening(0.1).build()),
        new Rule(
            "SGD with Nesterov's form",
            p -> SGD.builder(p).learningRate(0.1).momentum(0.9).nesterov(true).build()),
        new Rule("Momentum", p -> new Momentum(p, CosineDecayLR.of(0.1, 10), 0.9)),
        new Rule(
            "Momentum with Nesterov's form and a loss scale",
            p ->
                Momentum.builder(p)
                    .learningRate(0.1)
                    .momentum(0.9)
                    .useNesterov(true)
                    .lossScale(8)
                    .build()),
        new Rule("Momentum in groups", UpdatesTogetherTest::groups),
        new Rule("Adam", p -> Adam.builder(p).weightDecay(0.01).build()),
        new Rule("Adam with Nesterov's form", p -> Adam.builder(p).useNesterov(true).build()),
        new Rule("Adam with AMSGrad", p -> Adam.builder(p).useAmsgrad(true).build()),
        new Rule(
            "AdamWeightDecay",
            p -> AdamWeightDecay.builder(p).learningRate(0.05).weightDecay(0.1).build()),
        new Rule("AdamW", p -> new AdamW(p, 0.05)),
        new Rule("AdamW that climbs", p -> AdamW.builder(p).maximize(true).build()),
        new Rule("AdamW with AMSGrad", p -> AdamW.builder(p).amsgrad(true).build()));
  }

  private static Optimizer groups(List<Parameter> p) {
    int third = p.size() / 3;
    return Momentum.builder(
            ParamGroup.of(p.subList(0, third)).lr(0.3).weightDecay(0.1),
            ParamGroup.of(p.subList(third, 2 * third)).gradCentralization(true).weightDecay(0.2),
            ParamGroup.of(p.subList(2 * third, p.size())))
        .learningRate(0.02)
        .momentum(0.7)
        .build();
  }

  private static final List<DType> OTHERS =
      List.of(DType.BFLOAT16, DType.FLOAT16, DType.FLOAT64, DType.BFLOAT16);

  /** Sizes on both sides of every bound, other types among them, and a weight that lies aslant. */
  private static List<Parameter> parameters(boolean withOthers) {
    List<Parameter> list = new ArrayList<>();
    long[][] shapes = {
      {},
      {3},
      {512},
      {513},
      {0, 4},
      {64, 256},
      {0},
      {16385},
      {3, 32},
      {70, 300},
      {1},
      {400, 300},
      {5, 7},
      {40000}
    };
    for (long[] shape : shapes) {
      list.add(new Parameter(random(list.size(), Shape.of(shape)), "w" + list.size()));
      if (withOthers && list.size() % 4 == 0) {
        DType type = OTHERS.get(list.size() / 4 - 1);
        list.add(new Parameter(random(99, Shape.of(30, 20)).cast(type), "w" + list.size()));
      }
    }
    list.add(new Parameter(random(7, Shape.of(50, 40)).transpose(1, 0), "aslant"));
    list.add(new Parameter(random(8, Shape.of(9)), "frozen", false));
    return list;
  }

  private static Tensor random(long seed, Shape shape) {
    java.util.Random source = new java.util.Random(seed);
    float[] values = new float[(int) shape.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) source.nextGaussian();
    }
    return Tensor.of(values, shape.dims());
  }

  private static List<Tensor> gradients(List<Parameter> parameters, int step) {
    List<Tensor> list = new ArrayList<>();
    for (Parameter p : parameters) {
      Tensor g = random(100L * step + list.size(), p.shape());
      // Every fifth comes in another type, as gradients of nets in mixed precision do.
      list.add(g.cast(list.size() % 5 == 3 ? DType.BFLOAT16 : p.dtype()));
    }
    return list;
  }

  /** All that an optimiser keeps, in the order of its parameters. */
  private static List<double[]> state(Optimizer optimizer) {
    List<double[]> all = new ArrayList<>();
    optimizer
        .getParameters()
        .forEach(p -> all.add(p.value().cast(DType.FLOAT64).reshape(-1).toDoubleArray()));
    return all;
  }

  private static void assertSameBits(Optimizer right, Optimizer got) {
    List<Parameter> names = right.getParameters().toList();
    List<Parameter> others = got.getParameters().toList();
    List<double[]> a = state(right);
    List<double[]> b = state(got);
    assertEquals(a.size(), b.size());
    for (int i = 0; i < a.size(); i++) {
      assertArrayEquals(bits(a.get(i)), bits(b.get(i)), names.get(i).name());
      assertEquals(names.get(i).version(), others.get(i).version(), names.get(i).name());
    }
  }

  private static long[] bits(double[] values) {
    return Arrays.stream(values).mapToLong(Double::doubleToLongBits).toArray();
  }

  private static void oneByOne(Optimizer optimizer, List<Tensor> gradients) {
    try (Profile p = Profile.open()) {
      optimizer.call(gradients);
    }
  }

  @ParameterizedTest
  @MethodSource("rules")
  void everyRuleHasTheBitsOfOneByOne(Rule rule) {
    for (int threads : new int[] {1, 2}) {
      int before = Mycel.threads();
      Mycel.setThreads(threads);
      try (Scope scope = Scope.open()) {
        Optimizer right = rule.make().apply(parameters(true));
        Optimizer got = rule.make().apply(parameters(true));
        for (int step = 0; step < STEPS; step++) {
          oneByOne(right, gradients(right.parameters(), step));
          got.call(gradients(got.parameters(), step));
        }
        assertSameBits(right, got);
      } finally {
        Mycel.setThreads(before);
      }
    }
  }

  @Test
  void manyLargeWeightsHaveThemToo() {
    List<Optimizer> both = new ArrayList<>();
    for (int k = 0; k < 2; k++) {
      List<Parameter> list = new ArrayList<>();
      for (int i = 0; i < 9; i++) {
        list.add(new Parameter(random(i, Shape.of(300_000L / (1 + i % 3))), "w" + i));
      }
      both.add(new Momentum(list, 0.1, 0.9));
    }
    for (int step = 0; step < 2; step++) {
      List<Tensor> g = gradients(both.get(0).parameters(), step);
      oneByOne(both.get(0), g);
      both.get(1).call(g);
    }
    assertSameBits(both.get(0), both.get(1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"onednn", "reference"})
  void numbersThatAreNoneAndInfiniteOnesGoTheSameWay(String backend) {
    Mycel.setBackend(backend);
    Optimizer right = new Adam(parameters(false), 0.1);
    Optimizer got = new Adam(parameters(false), 0.1);
    double[] odd = {Double.NaN, Double.POSITIVE_INFINITY, -0.0, 1e38, 1e-42};
    for (int step = 0; step < odd.length; step++) {
      List<Tensor> g = new ArrayList<>();
      for (Parameter p : got.parameters()) {
        g.add(g.size() % 3 == step % 3 ? Ops.full(p.shape(), odd[step], p.dtype()) : p.value());
      }
      oneByOne(right, g);
      got.call(g);
    }
    assertSameBits(right, got);
  }

  @ParameterizedTest
  @MethodSource("rules")
  void aFailureLeavesWhatOneByOneLeaves(Rule rule) {
    for (int failing : new int[] {0, 6, 9}) {
      for (int good : new int[] {0, 1}) {
        Optimizer right = rule.make().apply(parameters(true));
        Optimizer got = rule.make().apply(parameters(true));
        for (int step = 0; step < good; step++) {
          right.call(gradients(right.parameters(), step));
          got.call(gradients(got.parameters(), step));
        }
        List<Tensor> bad = closedAt(gradients(right.parameters(), 5), failing);
        assertThrows(ClosedTensorException.class, () -> oneByOne(right, bad));
        assertThrows(ClosedTensorException.class, () -> got.call(bad));
        assertSameBits(right, got);
        oneByOne(right, gradients(right.parameters(), 6));
        got.call(gradients(got.parameters(), 6));
        assertSameBits(right, got);
      }
    }
  }

  private static List<Tensor> closedAt(List<Tensor> gradients, int i) {
    try (Scope scope = Scope.open()) {
      gradients.set(i, gradients.get(i).copy());
    }
    return gradients;
  }

  @Test
  void aParameterOfAnotherDeviceFailsAfterThoseBeforeIt() {
    List<Optimizer> both = new ArrayList<>();
    for (int k = 0; k < 2; k++) {
      List<Parameter> list = new ArrayList<>(parameters(false).subList(0, 4));
      Mycel.setBackend("reference");
      list.add(2, new Parameter(random(3, Shape.of(11)), "elsewhere"));
      Mycel.setBackend("onednn");
      both.add(new Adam(list, 0.1));
    }
    List<Tensor> g = gradients(both.get(0).parameters(), 0);
    double before = both.get(1).parameters().get(0).value().item();
    assertThrows(DeviceException.class, () -> oneByOne(both.get(0), g));
    assertThrows(DeviceException.class, () -> both.get(1).call(g));
    assertSameBits(both.get(0), both.get(1));
    assertNotEquals(before, both.get(1).parameters().get(0).value().item());
  }

  @Test
  void aSnapshotKeepsItsValueAndTheVariableGetsTheNext() {
    Optimizer right = new Momentum(parameters(true), 0.1, 0.9);
    Optimizer got = new Momentum(parameters(true), 0.1, 0.9);
    for (int i = 1; i < got.parameters().size(); i += 2) {
      Tensor held = got.parameters().get(i).value();
      double[] before = held.cast(DType.FLOAT64).reshape(-1).toDoubleArray();
      oneByOne(right, gradients(right.parameters(), i));
      got.call(gradients(got.parameters(), i));
      assertArrayEquals(before, held.cast(DType.FLOAT64).reshape(-1).toDoubleArray());
    }
    assertSameBits(right, got);
  }

  @Test
  void aGradientThatIsAnothersWeightIsReadBeforeThatIsChanged() {
    Parameter a = new Parameter(random(1, Shape.of(600)), "a");
    Parameter b = new Parameter(random(2, Shape.of(600)), "b");
    double[] wasA = a.value().cast(DType.FLOAT64).toDoubleArray();
    double[] wasB = b.value().cast(DType.FLOAT64).toDoubleArray();
    List<Tensor> crossed = List.of(b.value(), a.value());
    new SGD(List.of(a, b), 1.0).call(crossed);
    double[] nowB = b.value().cast(DType.FLOAT64).toDoubleArray();
    for (int i = 0; i < wasA.length; i++) {
      assertEquals((float) (wasB[i] - wasA[i]), nowB[i]);
    }
  }

  @Test
  void weightsAndStatesStayWhereTheyLie() {
    Momentum optimizer = new Momentum(parameters(false), 0.1, 0.9);
    optimizer.call(gradients(optimizer.parameters(), 0));
    List<Tensor> before = optimizer.getParameters().map(Parameter::held).toList();
    optimizer.call(gradients(optimizer.parameters(), 1));
    List<Parameter> after = optimizer.getParameters().toList();
    for (int i = 0; i < before.size(); i++) {
      if (after.get(i).shape().rank() > 0 && !after.get(i).name().contains("step")) {
        // A write elsewhere would have put another tensor there.
        assertSame(before.get(i), after.get(i).held(), after.get(i).name());
      }
    }
  }

  @Test
  void aTapeThatWatchesChangesNothing() {
    Optimizer right = new AdamW(parameters(true), 0.1);
    Optimizer got = new AdamW(parameters(true), 0.1);
    right.call(gradients(right.parameters(), 0));
    Tensor slope =
        Autograd.grad(
                (Tensor x) -> {
                  got.call(gradients(got.parameters(), 0));
                  return x.square();
                })
            .apply(Ops.scalar(3, DType.FLOAT32));
    assertEquals(6, slope.item());
    assertSameBits(right, got);
  }

  @Test
  void aProfileCountsEveryUpdate() {
    Optimizer optimizer = new Momentum(parameters(false), 0.1, 0.9);
    List<Tensor> g = gradients(optimizer.parameters(), 0);
    try (Profile p = Profile.open()) {
      optimizer.call(g);
      long counted =
          p.rows().stream()
              .filter(r -> r.name().equals("momentum_update"))
              .mapToLong(Profile.Row::calls)
              .sum();
      assertEquals(
          optimizer.parameters().stream().filter(Parameter::requiresGrad).count(), counted);
    }
  }

  @Test
  void anUpdateWithoutAValueFailsAndThoseBeforeItAreDone() {
    Parameter a = new Parameter(random(1, Shape.of(3)), "a");
    Variable empty = new Variable() {};
    double before = a.value().sum().item();
    Tensor one = Ops.ones(3);
    Tensor rate = Ops.scalar(1, DType.FLOAT32);
    var attrs = new Attrs.Momentum(0, 0, false);
    var moments = new Variable(Ops.zeros(3));
    List<Interpreter.Update<?>> updates = new ArrayList<>();
    for (var w : List.of(a, empty)) {
      updates.add(
          new Interpreter.Update<>(
              Prims.MOMENTUM_UPDATE, attrs, new Variable[] {w, moments}, new Tensor[] {one, rate}));
    }
    assertThrows(TensorException.class, () -> Interpreters.root().updateAll(updates));
    assertEquals(before - 3, a.value().sum().item(), 1e-5);
  }

  @Test
  void severalThreadsWithTheirOwnOptimizersDoNotMeet() throws Exception {
    Optimizer right = new Adam(parameters(true), 0.1);
    for (int step = 0; step < STEPS; step++) {
      right.call(gradients(right.parameters(), step));
    }
    ExecutorService pool = Executors.newFixedThreadPool(4);
    try {
      List<Future<Optimizer>> all = new ArrayList<>();
      for (int k = 0; k < 4; k++) {
        Callable<Optimizer> work =
            () -> {
              Optimizer own = new Adam(parameters(true), 0.1);
              for (int step = 0; step < STEPS; step++) {
                own.call(gradients(own.parameters(), step));
              }
              return own;
            };
        all.add(pool.submit(work));
      }
      for (Future<Optimizer> one : all) {
        assertSameBits(right, one.get());
      }
    } finally {
      pool.shutdown();
    }
  }

  @Test
  void memoryStaysWhereItWas() {
    Optimizer optimizer =
        Momentum.builder(parameters(true)).learningRate(0.01).momentum(0.9).lossScale(4).build();
    List<Tensor> g = gradients(optimizer.parameters(), 0);
    for (int step = 0; step < 3; step++) {
      optimizer.call(g);
    }
    MemoryStats before = Mycel.memory();
    for (int step = 0; step < 200; step++) {
      optimizer.call(g);
    }
    // The collector may give back what earlier tests left in the meantime, so less is no fault.
    MemoryStats after = Mycel.memory();
    assertTrue(after.liveBytes() <= before.liveBytes(), before + " became " + after);
    assertTrue(
        after.liveBytes() + after.cachedBytes() <= before.liveBytes() + before.cachedBytes(),
        before + " became " + after);
  }

  @Test
  void aFirstStepThatFailsMarksOnlyThoseThatWereDone() {
    List<Parameter> list = parameters(false).subList(0, 3);
    SGD optimizer = SGD.builder(list).learningRate(0.1).momentum(0.9).build();
    List<Tensor> bad = closedAt(gradients(list, 0), 1);
    assertThrows(ClosedTensorException.class, () -> optimizer.call(bad));
    List<Double> marks =
        optimizer
            .getParameters()
            .filter(p -> p.name().startsWith("stat."))
            .map(p -> p.value().max().item())
            .toList();
    assertEquals(List.of(0.0, 1.0, 1.0), marks);
  }
}
