package dev.mycel.junit;

import static dev.mycel.core.Random.randn;
import static dev.mycel.junit.MycelAssertions.assertClose;
import static dev.mycel.junit.MycelAssertions.assertGradients;
import static dev.mycel.junit.MycelAssertions.assertLossFalls;
import static dev.mycel.junit.MycelAssertions.assertNoLeak;
import static dev.mycel.junit.MycelAssertions.assertSameAfterReload;
import static dev.mycel.junit.MycelAssertions.assertTrainableOnOneBatch;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.autograd.Autograd;
import dev.mycel.core.DType;
import dev.mycel.core.Ops;
import dev.mycel.core.Pair;
import dev.mycel.core.Scope;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;
import dev.mycel.nn.Parameter;
import dev.mycel.nn.Reduction;
import dev.mycel.nn.SequentialCell;
import dev.mycel.nn.WithLossCell;
import dev.mycel.nn.layer.BatchNorm1d;
import dev.mycel.nn.layer.Conv2d;
import dev.mycel.nn.layer.Dense;
import dev.mycel.nn.layer.Dropout;
import dev.mycel.nn.layer.LayerNorm;
import dev.mycel.nn.layer.ReLU;
import dev.mycel.nn.layer.Tanh;
import dev.mycel.nn.loss.MSELoss;
import dev.mycel.nn.loss.SoftmaxCrossEntropyWithLogits;
import dev.mycel.optim.SGD;
import dev.mycel.optim.TrainOneStepCell;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The assertions hold for what is right, and say what is wrong. */
@MycelTest(seed = 7)
class MycelAssertionsTest {
  private static final List<Tensor> KEPT = new ArrayList<>();

  private static String failure(Executable assertion) {
    return String.valueOf(assertThrows(AssertionError.class, assertion).getMessage());
  }

  private static void contains(String text, String part) {
    assertTrue(text.contains(part), text);
  }

  // ---- gradients --------------------------------------------------------------------------------

  @Test
  void rightGradientsPass() {
    assertGradients(2, x -> x.exp().mul(x), randn(2, 3));
    assertGradients(2, (a, b) -> a.matmul(b).tanh(), randn(2, 3), randn(3, 2));
    assertGradients((a, b, c) -> a.mul(b).add(c.sin()), randn(3), randn(3), randn(3));
    Map<String, Tensor> map = new TreeMap<>(Map.of("a", randn(2), "b", randn(2)));
    assertGradients(m -> m.get("a").mul(m.get("b")), map);
  }

  @ParameterizedTest
  @ValueSource(strings = {"dense", "conv", "norm", "batch norm"})
  void cellsAreCheckedByInputAndParameters(String kind) {
    switch (kind) {
      case "dense" ->
          assertGradients(
              2, new SequentialCell(new Dense(3, 4), new Tanh(), new Dense(4, 2)), randn(5, 3));
      case "conv" -> assertGradients(new Conv2d(2, 3, 3), randn(1, 2, 5, 5));
      case "norm" -> assertGradients(new LayerNorm(4), randn(3, 4));
      default -> {
        BatchNorm1d norm = new BatchNorm1d(3);
        norm.setTrain(true);
        List<Tensor> before = norm.getParameters().map(p -> p.value()).toList();
        assertGradients(norm, randn(6, 3));
        List<Tensor> after = norm.getParameters().map(p -> p.value()).toList();
        for (int i = 0; i < before.size(); i++) {
          assertTrue(after.get(i).sameAs(before.get(i)), "parameter " + i + " stays as it was");
        }
      }
    }
  }

  @Test
  void integersAreNotVaried() {
    var net =
        new WithLossCell<>(
            new Dense(3, 4), new SoftmaxCrossEntropyWithLogits(true, Reduction.MEAN));
    assertGradients(net, randn(2, 3), Tensor.of(new int[] {1, 3}, 2));
  }

  @Test
  void halfPrecisionIsComparedLoosely() {
    assertGradients(new Dense(3, 4).toFloat(DType.BFLOAT16), randn(2, 3));
  }

  /** Doubles, with a gradient that is wrong at one element. */
  private static final class WrongAt extends Cell<Tensor, Tensor> {
    @Override
    protected Tensor construct(Tensor x) {
      return x.mul(2);
    }

    @Override
    protected Tensor bprop(Tensor x, Tensor out, Tensor dout) {
      Tensor wrong = Tensor.of(new double[][] {{0, 0, 0}, {0, 0, 5}});
      return dout.mul(2).add(wrong.cast(dout.dtype()));
    }
  }

  @Test
  void aWrongGradientIsNamedWithItsPlace() {
    String message = failure(() -> assertGradients(new WrongAt(), randn(2, 3)));
    contains(message, "assertGradients: the gradient differs from finite differences");
    contains(message, "place      input at (1, 2)");
    contains(message, "seed       7");
    double analytic = number(message, "analytic   ");
    double numeric = number(message, "numeric    ");
    assertEquals(5, analytic - numeric, 1e-6, message);
  }

  private static double number(String message, String label) {
    String rest = message.substring(message.indexOf(label) + label.length());
    return Double.parseDouble(rest.substring(0, rest.indexOf('\n')));
  }

  /** Its weight's gradient is lost. */
  private static final class Detached extends Cell<Tensor, Tensor> {
    private final Dense first = new Dense(3, 3);
    private final Dense second = new Dense(3, 2);

    @Override
    protected Tensor construct(Tensor x) {
      Tensor h = Autograd.stopGradient(first.call(x));
      return second.call(h);
    }
  }

  @Test
  void aLostGradientOfAParameterIsNamed() {
    Detached net = new Detached();
    String message = failure(() -> assertGradients(net, randn(1, 3).mul(0)));
    contains(message, "place      first.bias at (");
    contains(message, "analytic   0.0");
  }

  /** The cube, whose gradient is a constant of its own: only its second derivative is wrong. */
  private static Tensor cubeWithFrozenSlope(Tensor x) {
    Function<Tensor, Tensor> forward = v -> v.mul(v).mul(v);
    return Autograd.customCall(
        x, forward, (in, out, dout) -> Autograd.stopGradient(in.mul(in).mul(3)).mul(dout));
  }

  @Test
  void theSecondDerivativeIsCheckedOnRequest() {
    Tensor x = randn(4);
    assertGradients(v -> cubeWithFrozenSlope(v), x);
    contains(
        failure(() -> assertGradients(2, v -> cubeWithFrozenSlope(v), x)),
        "the second derivative differs");
  }

  @Test
  void randomFunctionsAreRefused() {
    Dropout drop = Dropout.p(0.5);
    drop.setTrain(true);
    contains(
        failure(() -> assertGradients(drop, randn(20))),
        "the function gives another value each time");
    assertGradients(drop.setTrain(false), randn(20));
  }

  @Test
  void nothingToVaryIsRefused() {
    contains(
        failure(() -> assertGradients(x -> x.mul(2), Tensor.of(new int[] {1, 2}, 2))),
        "there is nothing to vary");
  }

  // ---- values -----------------------------------------------------------------------------------

  @Test
  void closeTensorsPass() {
    Tensor x = Tensor.of(new float[][] {{1, 2}, {3, Float.NaN}});
    assertClose(x, new double[][] {{1.001, 2}, {3, Double.NaN}}, 0, 0.01);
    assertClose(x, x.cast(DType.FLOAT64), 0, 0);
    assertClose(Tensor.of(2f), 2.0, 0, 0);
    assertClose(Tensor.of(Float.POSITIVE_INFINITY), Double.POSITIVE_INFINITY, 1e-3, 0);
  }

  @Test
  void theLargestDeviationIsShownWithItsNeighbours() {
    Tensor actual = Tensor.of(new double[][] {{1, 2, 3, 4, 5, 6}, {0, 0, 0, 0.5, 0, 0.125}});
    Tensor expected = Tensor.of(new double[][] {{1, 2, 3, 4, 5, 6}, {0, 0, 0, 0.25, 0, 0}});
    assertEquals(
        """
        assertClose: 2 of 12 elements differ too much
          largest   0.25 (relative 1.0) at (1, 3)
          allowed   atol 0.01 + rtol 0.0 x |expected|
          actual    0.0 0.0 [0.5] 0.0 0.125
          expected  0.0 0.0 [0.25] 0.0 0.0""",
        failure(() -> assertClose(actual, expected, 0, 0.01)));
  }

  @Test
  void shapesMustBeEqualAndNanIsFarFromNumbers() {
    contains(failure(() -> assertClose(randn(2), randn(1, 2), 1, 1)), "the shapes differ");
    contains(failure(() -> assertClose(Tensor.of(Float.NaN), 1.0, 1, 1)), "at the only element");
    contains(failure(() -> assertClose(Tensor.of(Float.NEGATIVE_INFINITY), 1.0, 1, 1)), "Infinity");
  }

  // ---- memory -----------------------------------------------------------------------------------

  @Test
  void leaksAreFound() {
    assertNoLeak(() -> randn(100_000).add(1));
    try {
      contains(
          failure(() -> assertNoLeak(() -> KEPT.add(Scope.keep(randn(100_000))))),
          "memory leaked: ");
    } finally {
      KEPT.clear();
    }
  }

  // ---- training ---------------------------------------------------------------------------------

  private static Pair<Tensor, Tensor> batch() {
    Tensor x = randn(8, 3);
    return new Pair<>(x, x.sum(true, -1));
  }

  @Test
  void aFallingLossPassesAndOthersAreShown() {
    Dense net = new Dense(3, 1);
    var step =
        new TrainOneStepCell<>(
            new WithLossCell<>(net, new MSELoss()), new SGD(net.trainableParams(), 0.05));
    assertLossFalls(step, List.of(batch(), batch()), 50);
    float[] losses = {1, 2, 3, 4};
    int[] next = {0};
    Function<Integer, Tensor> rising = b -> Tensor.of(losses[next[0]++]);
    assertEquals(
        """
        assertLossFalls: the loss does not fall in 4 steps
          first   1.0
          last    4.0
          losses  1.0 2.0 3.0 4.0
          hint  is the network in training mode, and does the optimiser have its parameters?""",
        failure(() -> assertLossFalls(rising, List.of(0), 4)));
    contains(
        failure(() -> assertLossFalls(b -> Tensor.of(Float.NaN), List.of(0), 4)),
        "the loss of step 1 is NaN");
  }

  @Test
  void oneBatchIsLearnedByHeartAndTheNetworkStays() {
    SequentialCell net = new SequentialCell(new Dense(3, 16), new ReLU(), new Dense(16, 1));
    Tensor before = net.trainableParams().get(0).value();
    assertTrainableOnOneBatch(net, new MSELoss(), batch());
    assertTrue(net.trainableParams().get(0).value().sameAs(before));
    assertFalse(net.training());
  }

  @Test
  void aNetworkThatCannotLearnIsNamed() {
    contains(
        failure(() -> assertTrainableOnOneBatch(new Detached2(), new MSELoss(), batch())),
        "the network cannot learn one batch by heart");
  }

  /** A constant plus nothing that helps. */
  private static final class Detached2 extends Cell<Tensor, Tensor> {
    private final Parameter weight = new Parameter(Ops.ones(1), "weight");

    @Override
    protected Tensor construct(Tensor x) {
      return Autograd.stopGradient(x.sum(true, -1).mul(weight.value()).mul(3));
    }
  }

  /** Has a layer that it does not use. */
  private static final class Unused extends Cell<Tensor, Tensor> {
    private final Dense used = new Dense(3, 1);

    @SuppressWarnings("UnusedVariable") // the point of it
    private final Dense spare = new Dense(3, 1);

    @Override
    protected Tensor construct(Tensor x) {
      return used.call(x);
    }
  }

  @Test
  void parametersWithoutAGradientAreNamed() {
    contains(
        failure(() -> assertTrainableOnOneBatch(new Unused(), new MSELoss(), batch())),
        "still  spare.weight spare.bias");
  }

  // ---- files ------------------------------------------------------------------------------------

  @Test
  void cellsComeBackFromFiles() {
    SequentialCell net = new SequentialCell(new Dense(3, 4), new BatchNorm1d(4));
    assertSameAfterReload(net);
    assertSameAfterReload(
        net, new SequentialCell(new Dense(3, 4), new BatchNorm1d(4)), randn(5, 3));
  }

  /** Keeps a tensor in a field, which no file has. */
  private static final class Stateful extends Cell<Tensor, Tensor> {
    private final Dense dense = new Dense(3, 3);
    private final Tensor shift = randn(3);

    @Override
    protected Tensor construct(Tensor x) {
      return dense.call(x).add(shift);
    }
  }

  @Test
  void stateThatIsNoParameterIsFound() {
    contains(
        failure(() -> assertSameAfterReload(new Stateful(), new Stateful(), randn(2, 3))),
        "the loaded cell computes something else");
  }
}
