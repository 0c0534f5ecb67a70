package dev.mycel.nn;

import static dev.mycel.junit.MycelAssertions.assertNoLeak;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.autograd.Autograd;
import dev.mycel.core.DType;
import dev.mycel.core.EscapedTensorException;
import dev.mycel.core.Generator;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Mycel;
import dev.mycel.core.Ops;
import dev.mycel.core.Pair;
import dev.mycel.core.Precision;
import dev.mycel.core.Profile;
import dev.mycel.core.Random;
import dev.mycel.core.Scope;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import dev.mycel.core.TensorException;
import dev.mycel.junit.MycelTest;
import dev.mycel.nn.layer.BatchNorm1d;
import dev.mycel.nn.layer.BatchNorm2d;
import dev.mycel.nn.layer.Conv2d;
import dev.mycel.nn.layer.Dense;
import dev.mycel.nn.layer.Dropout;
import dev.mycel.nn.layer.GELU;
import dev.mycel.nn.layer.LSTM;
import dev.mycel.nn.layer.LayerNorm;
import dev.mycel.nn.layer.ReLU;
import dev.mycel.nn.layer.Tanh;
import dev.mycel.nn.loss.MSELoss;
import dev.mycel.optim.Adam;
import dev.mycel.optim.TrainOneStepCell;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is recomputed gives the same bits, in less memory, and moves nothing twice. */
@MycelTest
class RecomputeTest {
  /** A cell made of a function. */
  private static final class Does<I, O> extends Cell<I, O> {
    private final transient Function<I, O> work;

    Does(Function<I, O> work) {
      this.work = work;
    }

    @Override
    protected O construct(I input) {
      return work.apply(input);
    }
  }

  private static final class Sequence extends Cell<Tensor, Tensor> {
    private final LSTM lstm = new LSTM(3, 4);

    @Override
    protected Tensor construct(Tensor x) {
      return lstm.call(x).first();
    }
  }

  private record Batch(List<Tensor> parts, Tensor index, int times) {}

  private record Sides(Tensor left, Tensor right, String name) {}

  @BeforeEach
  void onTheDefaultBackend() {
    Mycel.setBackend("onednn");
    Mycel.setSeed(5);
  }

  @AfterEach
  void nothingIsLeft() {
    Mycel.setBackend("onednn");
    assertSame(Interpreters.root(), Interpreters.top());
    assertSame(Precision.NONE, Precision.current());
  }

  private static Tensor draw(long... shape) {
    return Random.normal(Shape.of(shape), 0, 1, DType.FLOAT32, new Generator.Stream(77, 3));
  }

  private static float[] floats(Tensor t) {
    return t.cast(DType.FLOAT32).reshape(-1).toFloatArray();
  }

  /** Value, gradient of the input, gradients of parameters, and what the parameters are then. */
  private static List<float[]> all(Cell<Tensor, Tensor> net, Tensor x) {
    var r =
        Autograd.valueAndGrad(
                (Tensor in) -> net.call(in).square(), new int[] {0}, net.trainableParams())
            .apply(x);
    List<float[]> numbers = new ArrayList<>();
    numbers.add(floats(r.value()));
    r.grads().first().forEach(g -> numbers.add(floats(g)));
    r.grads().second().forEach(g -> numbers.add(floats(g)));
    net.getParameters().forEach(p -> numbers.add(floats(p.value())));
    return numbers;
  }

  private static void sameBits(List<float[]> expected, List<float[]> actual) {
    assertEquals(expected.size(), actual.size());
    for (int i = 0; i < expected.size(); i++) {
      assertArrayEquals(expected.get(i), actual.get(i), 0f, "place " + i);
    }
  }

  /** Makes a network twice under one seed, and recomputes it in one of two cases. */
  private static void sameBits(Supplier<Cell<Tensor, Tensor>> maker, Tensor x) {
    List<List<float[]>> found = new ArrayList<>();
    for (boolean twice : new boolean[] {false, true}) {
      Mycel.setSeed(11);
      Cell<Tensor, Tensor> net = maker.get();
      net.setTrain();
      net.recompute(twice);
      found.add(all(net, x));
    }
    sameBits(found.get(0), found.get(1));
  }

  private static Cell<Tensor, Tensor> mixed() {
    return new SequentialCell(
        new Dense(6, 8),
        new BatchNorm1d(8),
        new ReLU(),
        Dropout.p(0.4),
        new LayerNorm(8),
        new GELU(),
        new Dense(8, 3),
        new Does<>((Tensor x) -> x.softmax(-1)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"onednn", "reference"})
  void valuesGradientsAndStatisticsAreTheSameBits(String backend) {
    Mycel.setBackend(backend);
    sameBits(RecomputeTest::mixed, draw(9, 6));
    sameBits(
        () ->
            new SequentialCell(
                new Conv2d(2, 4, 3), new BatchNorm2d(4), new ReLU(), new Conv2d(4, 2, 3)),
        draw(2, 2, 6, 6));
  }

  @Test
  void recurrentLayersAndFusedNetsInInferenceAreTheSameBits() {
    sameBits(Sequence::new, draw(5, 2, 3));
    Cell<Tensor, Tensor> net =
        new SequentialCell(new Conv2d(2, 4, 3), new BatchNorm2d(4), new ReLU());
    Tensor x = draw(2, 2, 6, 6);
    List<float[]> once = all(net, x);
    sameBits(once, all(net.recompute(), x));
  }

  @Test
  void movingStatisticsMoveOnce() {
    BatchNorm1d norm = new BatchNorm1d(3);
    norm.setTrain().recompute().initParametersData();
    long before = norm.movingMean().version();
    Autograd.grad((Tensor x) -> norm.call(x).square()).apply(draw(4, 3));
    assertEquals(before + 1, norm.movingMean().version());
  }

  @Test
  void drawsOfGeneratorsAndWithoutAnySeedAreRepeated() {
    Generator generator = new Generator(3);
    List<float[]> masks = new ArrayList<>();
    Cell<Tensor, Tensor> noisy =
        new Does<Tensor, Tensor>(
            x -> {
              Tensor mask = Random.uniform(x.shape(), 0, 1, generator);
              masks.add(mask.toFloatArray());
              return x.mul(mask).tanh();
            });
    noisy.recompute();
    Autograd.grad(noisy).apply(draw(4));
    assertEquals(2, masks.size());
    assertArrayEquals(masks.get(0), masks.get(1));
    assertEquals("Generator(seed=3, offset=1)", generator.toString());
    Autograd.grad(noisy).apply(draw(4));
    assertNotEquals(masks.get(0)[0], masks.get(2)[0]);
  }

  @Test
  void nestedRecomputationIsTheSameBits() {
    sameBits(
        () -> {
          Cell<Tensor, Tensor> inner = mixed().recompute();
          Cell<Tensor, Tensor> middle =
              new SequentialCell(inner, new Dense(3, 6), Dropout.p(0.3)).recompute();
          return new SequentialCell(middle, new Tanh(), new Dense(6, 2));
        },
        draw(7, 6));
  }

  @Test
  void nestedCellsAreRecomputedEachInItsOwnTurn() {
    AtomicInteger innermost = new AtomicInteger();
    Cell<Tensor, Tensor> counting =
        new Does<Tensor, Tensor>(
            x -> {
              innermost.incrementAndGet();
              return x.tanh();
            });
    counting.recompute();
    Cell<Tensor, Tensor> net = new SequentialCell(counting, new Tanh()).recompute();
    Autograd.grad(net).apply(draw(3));
    // Forward; again for the outer cell, which keeps nothing of the inner one; again for that.
    assertEquals(3, innermost.get());
    net.call(draw(3));
    assertEquals(4, innermost.get());
  }

  @Test
  void gradientsOfGradientsAreTheSameBits() {
    Dense dense = new Dense(3, 3);
    Cell<Tensor, Tensor> cell = new SequentialCell(dense, new Tanh(), new GELU());
    Function<Tensor, Tensor> f = x -> cell.call(x.mul(2)).pow(3).sum();
    Function<Tensor, Tensor> second = x -> Autograd.grad(f).apply(x).square().sum();
    Function<Tensor, Tensor> third = x -> Autograd.grad(second).apply(x).mul(x).sum();
    List<Function<Tensor, Tensor>> orders = List.of(f, second, third);
    Tensor x = draw(2, 3);
    for (Function<Tensor, Tensor> order : orders) {
      cell.recompute(false);
      var plain = Autograd.valueAndGrad(order, new int[] {0}, dense.trainableParams()).apply(x);
      cell.recompute(true);
      var again = Autograd.valueAndGrad(order, new int[] {0}, dense.trainableParams()).apply(x);
      assertArrayEquals(floats(plain.value()), floats(again.value()));
      assertArrayEquals(
          floats(plain.grads().first().get(0)), floats(again.grads().first().get(0)), 1e-6f);
      assertArrayEquals(
          floats(plain.grads().second().get(0)), floats(again.grads().second().get(0)), 1e-5f);
    }
  }

  @Test
  void aGradientInsideARecomputedCellIsDifferentiated() {
    Dense dense = new Dense(3, 1);
    Cell<Tensor, Tensor> penalty =
        new Does<Tensor, Tensor>(
            x ->
                Autograd.grad((Tensor in) -> dense.call(in.square()).tanh())
                    .apply(x)
                    .square()
                    .sum());
    Tensor x = draw(4, 3);
    List<float[]> found = new ArrayList<>();
    for (boolean twice : new boolean[] {false, true}) {
      penalty.recompute(twice);
      var r = Autograd.valueAndGrad(penalty, new int[] {0}, dense.trainableParams()).apply(x);
      found.add(floats(r.value()));
      found.add(floats(r.grads().first().get(0)));
      found.add(floats(r.grads().second().get(0)));
    }
    assertArrayEquals(found.get(0), found.get(3));
    assertArrayEquals(found.get(1), found.get(4));
    assertArrayEquals(found.get(2), found.get(5));
    assertTrue(found.get(2)[0] != 0);
  }

  // ---- memory -----------------------------------------------------------------------------------

  private static long liveAfterForward(List<Cell<Tensor, Tensor>> blocks, long[] peakBackward) {
    Tensor x = Ops.ones(256, 64);
    long before = Mycel.memory().liveBytes();
    long[] live = new long[1];
    Function<Tensor, Tensor> f =
        in -> {
          Tensor y = in;
          for (Cell<Tensor, Tensor> block : blocks) {
            y = block.call(y);
          }
          live[0] = Mycel.memory().liveBytes() - before;
          Autograd.registerHook(
              y,
              g -> {
                peakBackward[0] = Mycel.memory().liveBytes() - before;
                return null;
              });
          return y;
        };
    Autograd.grad(f).apply(x);
    return live[0];
  }

  @Test
  void activationsAreReallyDropped() {
    List<Cell<Tensor, Tensor>> blocks = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      blocks.add(
          new SequentialCell(
              new Dense(64, 256), new GELU(), new Dense(256, 256), new Tanh(), new Dense(256, 64)));
      blocks.get(i).getParameters().forEach(Parameter::initData);
    }
    long[] peak = new long[1];
    liveAfterForward(blocks, peak);
    long kept = liveAfterForward(blocks, peak);
    blocks.forEach(Cell::recompute);
    long dropped = liveAfterForward(blocks, peak);
    long activation = 4L * 256 * 256;
    long border = 4L * 256 * 64;
    assertTrue(kept >= 4 * 3 * activation, "kept " + kept);
    assertTrue(dropped <= 6 * border, "dropped " + dropped + " of " + kept);
    assertTrue(peak[0] <= dropped + 2 * border, "backward begins with " + peak[0]);
  }

  @Test
  void cellsThatKeepTheirTemporariesDropThemToo() {
    Cell<Tensor, Tensor> wide =
        new Does<Tensor, Tensor>(x -> x.tanh().exp().tanh().exp().tanh().sum(true, 1));
    long[] peak = new long[1];
    List<Cell<Tensor, Tensor>> one = List.of(wide);
    liveAfterForward(one, peak);
    long kept = liveAfterForward(one, peak);
    wide.recompute();
    long dropped = liveAfterForward(one, peak);
    assertTrue(kept >= 5 * 4 * 256 * 64, "kept " + kept);
    assertTrue(dropped <= 1 << 14, "dropped " + dropped);
  }

  @Test
  void nothingLeaks() {
    Cell<Tensor, Tensor> net = new SequentialCell(mixed().recompute(), new Dense(3, 3)).recompute();
    net.setTrain();
    Tensor x = draw(9, 6);
    assertNoLeak(() -> Autograd.grad(net).apply(x));
    assertNoLeak(
        () ->
            Autograd.grad((Tensor in) -> Autograd.grad(net).apply(in).square().sum())
                .apply(draw(9, 6)));
    AtomicInteger calls = new AtomicInteger();
    Cell<Tensor, Tensor> fails =
        new Does<Tensor, Tensor>(
            in -> {
              Tensor y = net.call(in).exp();
              if (calls.incrementAndGet() % 2 == 0) {
                throw new TensorException("the second run fails");
              }
              return y;
            });
    fails.recompute();
    assertNoLeak(() -> assertThrows(TensorException.class, () -> Autograd.grad(fails).apply(x)));
  }

  // ---- what enters ------------------------------------------------------------------------------

  @Test
  void tensorsCapturedFromOutsideGetTheirGradients() {
    Function<Tensor, Tensor> f =
        x -> {
          Tensor scale = x.mul(3);
          Tensor stopped = Autograd.stopGradient(scale);
          Cell<Tensor, Tensor> cell =
              new Does<Tensor, Tensor>(
                  y -> y.tanh().mul(scale).add(Autograd.stopGradient(scale)).mul(stopped));
          return cell.recompute(x.shape().rank() == 2).call(x.square());
        };
    Tensor x = draw(6);
    float[] plain = floats(Autograd.grad(f).apply(x));
    assertArrayEquals(plain, floats(Autograd.grad(f).apply(x.reshape(2, 3))));
  }

  @Test
  void structuredInputsAndOutputsWork() {
    Cell<Batch, Sides> cell =
        new Does<Batch, Sides>(
            b ->
                new Sides(
                    b.parts().get(0).mul(b.parts().get(1)).mul(b.times()),
                    Ops.gather(b.parts().get(1), b.index(), 0),
                    "pair"));
    Tensor index = Tensor.of(new int[] {1, 1}, 2);
    Function<Batch, Tensor> f =
        b -> {
          Sides s = cell.call(b);
          assertEquals("pair", s.name());
          return s.left().sum().add(s.right().square().sum());
        };
    Batch batch = new Batch(List.of(draw(3), draw(3).add(1)), index, 4);
    Batch plain = Autograd.grad(f).apply(batch);
    cell.recompute();
    Batch again = Autograd.grad(f).apply(batch);
    assertArrayEquals(floats(plain.parts().get(0)), floats(again.parts().get(0)));
    assertArrayEquals(floats(plain.parts().get(1)), floats(again.parts().get(1)));
    assertEquals(4, again.times());
  }

  @Test
  void anInputThatIsHandedThroughStaysTheSameTensor() {
    Cell<Tensor, Pair<Tensor, Tensor>> cell =
        new Does<Tensor, Pair<Tensor, Tensor>>(x -> new Pair<>(x, x.exp()));
    cell.recompute();
    Tensor x = draw(3);
    Function<Tensor, Tensor> f =
        in -> {
          Pair<Tensor, Tensor> both = cell.call(in);
          assertSame(in, both.first());
          return both.first().mul(both.second());
        };
    float[] g = floats(Autograd.grad(f).apply(x));
    float[] v = floats(x);
    for (int i = 0; i < 3; i++) {
      assertEquals((1 + v[i]) * Math.exp(v[i]), g[i], 1e-5);
    }
  }

  @Test
  void theSecondRunSeesVariablesAsTheyWere() {
    Parameter counter = new Parameter(Ops.zeros(3), "counter", false);
    Parameter weight = new Parameter(Ops.ones(3), "weight");
    Cell<Tensor, Tensor> cell =
        new Does<Tensor, Tensor>(
            x -> {
              counter.assign(Autograd.stopGradient(counter.value().add(1)));
              return x.mul(counter.value()).mul(weight.value()).tanh();
            });
    cell.recompute();
    counter.setRequiresGrad(false);
    Tensor x = draw(3);
    var vjp = Autograd.vjp(cell, x);
    float[] once = floats(vjp.pull(Ops.ones(3)));
    weight.assign(Ops.full(Shape.of(3), 7, DType.FLOAT32));
    counter.assign(Ops.full(Shape.of(3), 9, DType.FLOAT32));
    assertArrayEquals(once, floats(vjp.pull(Ops.ones(3))));
    assertEquals(9, counter.value().at(0).item());
    float[] v = floats(x);
    assertEquals(1 - Math.pow(Math.tanh(v[0]), 2), once[0], 1e-6);
    vjp.close();
  }

  @Test
  void theSecondRunIsInTheModeOfTheFirst() {
    Cell<Tensor, Tensor> net = mixed();
    net.setTrain().recompute();
    Tensor x = draw(9, 6);
    var vjp = Autograd.vjp(net, x);
    Tensor ones = Ops.ones(9, 3).mul(vjp.out());
    float[] once = floats(vjp.pull(ones));
    net.setTrain(false);
    assertArrayEquals(once, floats(vjp.pull(ones)));
    assertFalse(net.cells().iterator().next().training());
    vjp.close();
  }

  @Test
  void thePrecisionIsThatOfTheFirstRun() {
    Supplier<Cell<Tensor, Tensor>> maker =
        () -> {
          SequentialCell inner = new SequentialCell(new Dense(6, 6), new GELU(), new LayerNorm(6));
          inner.recompute();
          SequentialCell net = new SequentialCell(inner, new Dense(6, 2));
          net.get(1).toFloat(DType.FLOAT32);
          net.toFloat(DType.FLOAT16);
          inner.recompute(true);
          return net;
        };
    sameBits(maker, draw(5, 6));
    Mycel.setSeed(1);
    Cell<Tensor, Tensor> twice = maker.get();
    Mycel.setSeed(1);
    SequentialCell once = (SequentialCell) maker.get();
    once.get(0).recompute(false);
    sameBits(all(once, draw(5, 6)), all(twice, draw(5, 6)));
  }

  // ---- custom backward, profiles, training ------------------------------------------------------

  /** Doubles the gradient; its running count moves in the forward pass. */
  private static final class Custom extends Cell<Tensor, Tensor> {
    private final Parameter count = new Parameter(Ops.zeros(1), "count", false);

    @Override
    protected Tensor construct(Tensor x) {
      count.assign(count.value().add(1));
      return x.mul(count.value());
    }

    @Override
    protected Tensor bprop(Tensor x, Tensor out, Tensor dout) {
      return dout.mul(2).mul(out);
    }
  }

  @Test
  void cellsWithABackwardOfTheirOwnWorkInsideAndThemselves() {
    Tensor x = draw(4);
    List<float[]> found = new ArrayList<>();
    for (int way = 0; way < 3; way++) {
      Custom custom = new Custom();
      Cell<Tensor, Tensor> net = new SequentialCell(new Tanh(), custom, new Tanh());
      net.recompute(way == 1);
      custom.recompute(way == 2);
      found.add(floats(Autograd.grad(net).apply(x)));
      found.add(floats(Autograd.grad(net).apply(x)));
      assertEquals(2, custom.count.value().item(), "way " + way);
    }
    assertArrayEquals(found.get(0), found.get(2));
    assertArrayEquals(found.get(0), found.get(4));
    assertArrayEquals(found.get(1), found.get(3));
    assertArrayEquals(found.get(1), found.get(5));
  }

  @Test
  void trainingGoesTheSameWay() {
    List<double[]> losses = new ArrayList<>();
    for (boolean twice : new boolean[] {false, true}) {
      Mycel.setSeed(8);
      Cell<Tensor, Tensor> block = mixed().recompute(twice);
      Cell<Tensor, Tensor> net = new SequentialCell(block, new Dense(3, 2));
      var step =
          new TrainOneStepCell<>(
              new WithLossCell<>(net, new MSELoss()), new Adam(net.trainableParams(), 0.01));
      net.setTrain();
      Tensor x = draw(9, 6);
      Tensor y = draw(9, 2);
      double[] all = new double[6];
      Arrays.setAll(all, i -> step.call(x, y).item());
      losses.add(all);
    }
    assertArrayEquals(losses.get(0), losses.get(1), 0);
    assertTrue(losses.get(0)[5] < losses.get(0)[0]);
  }

  @Test
  void aProfileSeesTheSecondRun() {
    Cell<Tensor, Tensor> net = new SequentialCell(new Tanh(), new Tanh()).recompute();
    Tensor x = draw(4);
    float[] expected = floats(Autograd.grad(net).apply(x));
    try (Profile p = Profile.open()) {
      assertArrayEquals(expected, floats(Autograd.grad(net).apply(x)));
      long calls =
          p.rows().stream()
              .filter(r -> r.name().equals("tanh"))
              .mapToLong(Profile.Row::calls)
              .sum();
      assertEquals(4, calls);
    }
    Function<Tensor, Tensor> inside =
        in -> {
          try (Profile p = Profile.open()) {
            Tensor y = net.call(in);
            assertEquals(1, p.rows().size());
            return y;
          }
        };
    assertArrayEquals(expected, floats(Autograd.grad(inside).apply(x)));
  }

  @Test
  void withoutAGradientACallRunsOnce() {
    AtomicInteger runs = new AtomicInteger();
    Cell<Tensor, Tensor> cell =
        new Does<Tensor, Tensor>(
            x -> {
              runs.incrementAndGet();
              return x.tanh();
            });
    assertFalse(cell.isRecomputed());
    assertTrue(cell.recompute().isRecomputed());
    cell.call(draw(3));
    assertEquals(1, runs.get());
    Tensor constant = draw(3);
    Autograd.grad((Tensor x) -> x.add(cell.call(constant))).apply(draw(3));
    assertEquals(2, runs.get(), "nothing that is followed enters");
  }

  // ---- what is refused --------------------------------------------------------------------------

  private static Cell<Tensor, Tensor> changing(
      Function<Tensor, Tensor> first, Function<Tensor, Tensor> then) {
    AtomicInteger runs = new AtomicInteger();
    return new Does<Tensor, Tensor>(x -> (runs.getAndIncrement() == 0 ? first : then).apply(x))
        .recompute();
  }

  private static String refused(Cell<Tensor, Tensor> cell) {
    return assertThrows(
            TensorException.class,
            () -> Autograd.grad((Tensor x) -> cell.call(x.exp())).apply(draw(4)))
        .getMessage();
  }

  @Test
  void aSecondRunThatDoesSomethingElseIsRefused() {
    Parameter w = new Parameter(Ops.ones(4), "w");
    Tensor[] outside = new Tensor[1];
    assertTrue(refused(changing(Tensor::tanh, x -> x.tanh().sum())).contains("another output"));
    assertTrue(refused(changing(Tensor::tanh, x -> Ops.ones(4))).contains("no gradient any more"));
    assertTrue(refused(changing(Tensor::tanh, x -> x.mul(w.value()))).contains("a variable"));
    assertTrue(
        refused(changing(x -> x.mul(Random.rand(4)), Tensor::tanh))
            .contains("draws other numbers"));
    Cell<Tensor, Tensor> captures = changing(Tensor::tanh, x -> x.mul(outside[0]));
    String message =
        assertThrows(
                TensorException.class,
                () ->
                    Autograd.grad(
                            (Tensor x) -> {
                              outside[0] = x.mul(2);
                              return captures.call(x);
                            })
                        .apply(draw(4)))
            .getMessage();
    assertTrue(message.contains("a tensor from outside"), message);
  }

  @Test
  void aTensorThatLeavesByAFieldIsRefusedWhereItIsUsed() {
    Tensor[] left = new Tensor[1];
    Cell<Tensor, Tensor> cell =
        new Does<Tensor, Tensor>(
            x -> {
              left[0] = Scope.keep(x.exp());
              return left[0].tanh();
            });
    cell.recompute();
    assertThrows(
        EscapedTensorException.class,
        () -> Autograd.grad((Tensor x) -> cell.call(x).mul(left[0])).apply(draw(4)));
  }

  @Test
  void anExceptionInTheFirstRunLeavesTheTapeRecording() {
    Cell<Tensor, Tensor> fails =
        new Does<Tensor, Tensor>(
            x -> {
              x.exp();
              throw new TensorException("no");
            });
    fails.recompute();
    Function<Tensor, @Nullable Tensor> f =
        x -> {
          assertThrows(TensorException.class, () -> fails.call(x));
          return x.square();
        };
    Tensor x = draw(3);
    assertArrayEquals(floats(x.mul(2)), floats(Autograd.grad(f).apply(x)));
  }
}
