package dev.mycel.autograd;

import static dev.mycel.autograd.Autograd.grad;
import static dev.mycel.autograd.Autograd.stopGradient;
import static dev.mycel.autograd.Autograd.valueAndGrad;
import static dev.mycel.autograd.Autograd.vjp;
import static dev.mycel.junit.MycelAssertions.assertClose;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.DType;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Mycel;
import dev.mycel.core.Ops;
import dev.mycel.core.Pair;
import dev.mycel.core.Profile;
import dev.mycel.core.Random;
import dev.mycel.core.Tensor;
import dev.mycel.core.TensorException;
import dev.mycel.core.Triple;
import dev.mycel.junit.MycelTest;
import dev.mycel.nn.Cell;
import dev.mycel.nn.Parameter;
import dev.mycel.nn.layer.Dense;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The numbers of the specification's section 3.4, and what has to hold around them. */
@MycelTest
class AutogradTest {
  /** Two tensors under names. */
  record Sides(Tensor left, Tensor right) {}

  @BeforeEach
  void onTheDefaultBackend() {
    Mycel.setBackend("onednn");
  }

  @AfterEach
  void noInterpreterIsLeft() {
    assertSame(Interpreters.root(), Interpreters.top());
  }

  private static Tensor f(double... values) {
    return Tensor.of(values, DType.FLOAT32, values.length);
  }

  private static Tensor f(double[][] rows) {
    double[] flat =
        java.util.Arrays.stream(rows).flatMapToDouble(java.util.Arrays::stream).toArray();
    return Tensor.of(flat, DType.FLOAT32, rows.length, rows[0].length);
  }

  private static void close(Tensor actual, double... expected) {
    assertClose(actual.reshape(-1), Tensor.of(expected, expected.length), 0, 2e-5);
  }

  private static Tensor product(Triple<Tensor, Tensor, Tensor> t) {
    return t.first().mul(t.second()).mul(t.third());
  }

  private static final Triple<Tensor, Tensor, Tensor> XYZ =
      new Triple<>(f(1, 2), f(-2, 3), f(0, 3));

  // ---- structures -------------------------------------------------------------------------------

  @Test
  void onePositionGivesOneGradientAndSeveralComeInTheirOrder() {
    close(grad(AutogradTest::product).apply(XYZ).first(), 0, 9);
    List<Tensor> two = grad(AutogradTest::product, 2, 1).apply(XYZ);
    assertEquals(2, two.size());
    close(two.get(0), -2, 6);
    close(two.get(1), 0, 6);
  }

  @Test
  void valueComesWithTheGradient() {
    var r = valueAndGrad(AutogradTest::product, 1).apply(XYZ);
    close(r.value(), 0, 18);
    close(r.grads().get(0), 0, 6);
  }

  @Test
  void gradientsOfARecordAreARecord() {
    Sides g = grad((Sides s) -> s.left().mul(s.right())).apply(new Sides(f(2), f(5)));
    close(g.left(), 5);
    close(g.right(), 2);
  }

  @Test
  void weightsAloneAndWithPositionsGiveTheirLists() {
    Parameter w = new Parameter(f(3), "w");
    Parameter v = new Parameter(f(4), "v");
    Function<Tensor, Tensor> fn = x -> x.mul(w.value()).add(v.value());
    close(grad(fn, w).apply(f(2)), 2);
    close(valueAndGrad(fn, w).apply(f(2)).grads(), 2);
    assertEquals(1, grad(fn, List.of(v)).apply(f(2)).size());
    Pair<List<Tensor>, List<Tensor>> both = grad(fn, new int[] {0}, List.of(v, w)).apply(f(2));
    close(both.first().get(0), 3);
    close(both.second().get(0), 1);
    close(both.second().get(1), 2);
    close(valueAndGrad(fn, new int[] {0}, List.of(w)).apply(f(2)).value(), 10);
  }

  @Test
  void aFunctionWithoutInputHasGradientsForWeights() {
    Parameter w = new Parameter(f(3, 4), "w");
    var r = valueAndGrad(() -> w.value().mul(w.value()).sum(), List.of(w)).get();
    close(r.value(), 25);
    close(r.grads().get(0), 6, 8);
  }

  // ---- numbers of the documentation -------------------------------------------------------------

  private static final double[][] Y = {{.01, .3, 1.1}, {.1, .2, 1.3}, {2.1, 1.2, 3.3}};

  @Test
  void theDocumentedProductHasItsGradients() {
    Parameter z = new Parameter(f(1), "z");
    Function<Pair<Tensor, Tensor>, Tensor> net = p -> p.first().mul(z.value()).matmul(p.second());
    Pair<Tensor, Tensor> in = new Pair<>(f(new double[][] {{.5, .6, .4}, {1.2, 1.3, 1.1}}), f(Y));
    close(grad(net).apply(in).first(), 1.41, 1.6, 6.6, 1.41, 1.6, 6.6);

    double[][] y = {{.11, 3.3, 1.1}, {1.1, .2, 1.4}, {1.1, 2.2, .3}};
    Pair<Tensor, Tensor> other =
        new Pair<>(f(new double[][] {{.8, .6, .2}, {1.8, 1.3, 1.1}}), f(y));
    Tensor sens = f(new double[][] {{.1, .6, .2}, {.8, 1.3, 1.1}});
    Pair<Tensor, Tensor> g = valueAndGrad(net).withSensitivity(sens).apply(other).grads();
    close(g.first(), 2.211, .51, 1.49, 5.588, 2.68, 4.07);
    close(g.second(), 1.52, 2.82, 2.14, 1.10, 2.05, 1.55, .90, 1.55, 1.25);
    close(grad(net, z).apply(other), 21.536);
  }

  @Test
  void onlyTheFirstOutputIsDerivedWithAux() {
    Function<Triple<Tensor, Tensor, Tensor>, Pair<Tensor, Tensor>> fn =
        t -> new Pair<>(t.first().mul(t.second().exp()).mul(t.third().square()), t.third());
    Triple<Tensor, Tensor, Tensor> in = new Triple<>(f(3, 3), f(0, 0), f(5, 5));
    var r = valueAndGrad(fn, 1, 2).hasAux().apply(in);
    close(r.grads().get(0), 75, 75);
    close(r.grads().get(1), 30, 30);
    close(r.loss(), 75, 75);
    close(r.aux().get(0), 5, 5);
    close(valueAndGrad(fn, 2).apply(in).grads().get(0), 31, 31);
  }

  @Test
  void vjpGivesValueAndPullback() {
    var r =
        vjp(
            (Pair<Tensor, Tensor> p) -> p.first().pow(3).add(p.second()),
            new Pair<>(f(new double[][] {{1, 2}, {3, 4}}), f(new double[][] {{1, 2}, {3, 4}})));
    close(r.out(), 2, 10, 30, 68);
    Pair<Tensor, Tensor> g = r.pull(Ops.ones(2, 2));
    close(g.first(), 3, 12, 27, 48);
    close(g.second(), 1, 1, 1, 1);
    close(r.pull(Ops.ones(2, 2).mul(2)).first(), 6, 24, 54, 96);
  }

  // ---- what is differentiated -------------------------------------------------------------------

  @Test
  void allFloatingOutputsCountAndIntegerOnesDoNot() {
    Function<Tensor, List<Tensor>> fn =
        x -> List.of(x.mul(2), x.mul(3), x.argmax(0), x.cast(DType.INT32));
    close(grad(fn).apply(f(1, 2)), 5, 5);
  }

  @Test
  void whatTheOutputDoesNotDependOnGetsZeros() {
    Parameter unused = new Parameter(f(7, 7), "unused");
    Pair<Tensor, Tensor> g =
        grad((Pair<Tensor, Tensor> p) -> p.first().mul(2)).apply(new Pair<>(f(1), f(1, 2)));
    close(g.second(), 0, 0);
    close(grad((Tensor x) -> x.mul(2), unused).apply(f(1)), 0, 0);
  }

  @Test
  void aFrozenParameterGetsZerosAndLetsGradientsThrough() {
    Dense first = new Dense(2, 2);
    Dense middle = new Dense(2, 2);
    middle.trainableParams().forEach(p -> p.setRequiresGrad(false));
    List<Parameter> all = new ArrayList<>(first.trainableParams());
    all.addAll(middle.getParameters().toList());
    List<Tensor> g = grad((Tensor x) -> middle.call(first.call(x)), all).apply(Ops.ones(1, 2));
    assertTrue(g.get(0).abs().sum().item() > 0, "the first layer still learns");
    close(g.get(2), 0, 0, 0, 0);
    close(g.get(3), 0, 0);
  }

  @Test
  void theGradientOfAnIntegerInputIsZerosOfItsType() {
    Pair<Tensor, Tensor> g =
        grad((Pair<Tensor, Tensor> p) -> p.first().mul(p.second()))
            .apply(new Pair<>(f(1, 2), Tensor.of(new int[] {3, 4}, 2)));
    close(g.first(), 3, 4);
    assertEquals(DType.INT32, g.second().dtype());
    close(g.second(), 0, 0);
  }

  @Test
  void readingValuesOutCutsTheGradient() {
    close(grad((Tensor x) -> Tensor.of(x.toFloatArray(), 2).mul(3)).apply(f(1, 2)), 0, 0);
  }

  @Test
  void aTensorUsedTwiceCollectsBothGradients() {
    close(grad((Tensor x) -> x.mul(x).add(x)).apply(f(3)), 7);
    close(grad((Tensor x) -> x).apply(f(3)), 1);
  }

  @Test
  void stopGradientCutsEveryOrder() {
    close(grad((Tensor x) -> stopGradient(x).mul(x)).apply(f(3)), 3);
    Function<Tensor, Tensor> once = grad((Tensor x) -> stopGradient(x.square()).mul(x));
    close(once.apply(f(3)), 9);
    close(grad(once).apply(f(3)), 0);
  }

  // ---- higher orders ----------------------------------------------------------------------------

  @Test
  void gradientsNestToAnyOrder() {
    Function<Tensor, Tensor> quintic = x -> x.pow(5);
    Function<Tensor, Tensor> g = quintic;
    double[] derivatives = {5 * 16, 20 * 8, 60 * 4, 120 * 2, 120, 0};
    for (double expected : derivatives) {
      g = grad(g);
      close(g.apply(f(2)), expected);
    }
  }

  @Test
  void anInnerGradientDoesNotMixUpItsVariableWithTheOuterOne() {
    // d/dx of x * d/dy (x + y) at 1 is 1: the classic perturbation confusion gives 2.
    close(grad((Tensor x) -> x.mul(grad((Tensor y) -> x.add(y)).apply(f(1)))).apply(f(1)), 1);
    // d/dx of x * d/dy (x * y) = x * x: 2 x.
    close(grad((Tensor x) -> x.mul(grad((Tensor y) -> x.mul(y)).apply(f(2)))).apply(f(3)), 6);
  }

  @Test
  void aGradientPenaltyReachesTheWeights() {
    Parameter w = new Parameter(f(2), "w");
    // |d/dx (w x^2)|^2 = 4 w^2 x^2, to w: 8 w x^2
    Function<Tensor, Tensor> penalty =
        x -> grad((Tensor in) -> in.square().mul(w.value())).apply(x).square().sum();
    close(grad(penalty, w).apply(f(3)), 8 * 2 * 9);
  }

  @Test
  void severalGradientsRunInSeveralThreads() throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    AtomicInteger right = new AtomicInteger();
    for (int i = 1; i <= 8; i++) {
      double at = i;
      threads.add(
          new Thread(
              () -> {
                for (int n = 0; n < 200; n++) {
                  Tensor g = grad(grad((Tensor x) -> x.pow(3))).apply(f(at));
                  if (Math.abs(g.item() - 6 * at) < 1e-4) {
                    right.incrementAndGet();
                  }
                }
              }));
    }
    threads.forEach(Thread::start);
    for (Thread t : threads) {
      t.join();
    }
    assertEquals(1600, right.get());
  }

  // ---- custom backward --------------------------------------------------------------------------

  /** Twice its input, with a gradient of ten that nobody would derive. */
  private static final class Odd extends Cell<Tensor, Tensor> {
    private final Parameter inside = new Parameter(f(1), "inside");
    private int forwards;

    @Override
    protected Tensor construct(Tensor x) {
      forwards++;
      return x.mul(2).mul(inside.value());
    }

    @Override
    protected Tensor bprop(Tensor x, Tensor out, Tensor dout) {
      return dout.mul(10).mul(x);
    }
  }

  @Test
  void bpropReplacesTheDerivativeAndRunsForwardOnce() {
    Odd odd = new Odd();
    close(grad(odd).apply(f(3)), 30);
    assertEquals(1, odd.forwards);
    close(grad(odd, odd.inside).apply(f(3)), 0);
    close(grad((Tensor x) -> odd.call(x).mul(5)).apply(f(3)), 150);
  }

  @Test
  void bpropIsDerivedForTheSecondOrder() {
    Odd odd = new Odd();
    close(grad(grad(odd)).apply(f(3)), 10);
  }

  @Test
  void aWrongGradientFromBpropIsNamed() {
    Cell<Tensor, Tensor> wrong =
        new Cell<>() {
          @Override
          protected Tensor construct(Tensor x) {
            return x.mul(2);
          }

          @Override
          protected Tensor bprop(Tensor x, Tensor out, Tensor dout) {
            return Ops.ones(7);
          }
        };
    TensorException e = assertThrows(TensorException.class, () -> grad(wrong).apply(f(1, 2)));
    assertTrue(e.getMessage().contains("(7,)") && e.getMessage().contains("(2,)"), e.getMessage());
  }

  // ---- refusals ---------------------------------------------------------------------------------

  @Test
  void wrongPositionsAreRefused() {
    assertThrows(ArgumentException.class, () -> grad((Tensor x) -> x, 0, 0));
    assertThrows(ArgumentException.class, () -> grad((Tensor x) -> x, -1));
    assertThrows(ArgumentException.class, () -> grad((Tensor x) -> x, 1).apply(f(1)));
  }

  @Test
  void aTensorOfAnEndedGradientIsRefused() {
    List<Tensor> escaped = new ArrayList<>();
    grad((Tensor x) -> {
          Tensor y = x.mul(2);
          escaped.add(y);
          return y;
        })
        .apply(f(1));
    TensorException e = assertThrows(TensorException.class, () -> escaped.get(0).add(1));
    assertTrue(e.getMessage().contains("gradient"), e.getMessage());
  }

  /** Takes a gradient inside a cell that computes in float16. */
  private static final class Inner extends Cell<Tensor, Tensor> {
    private final Parameter weight = new Parameter(Ops.ones(2), "weight");

    @Override
    protected Tensor construct(Tensor x) {
      return grad((Tensor in) -> in.mul(weight.value()).sum(), weight).apply(x);
    }
  }

  @Test
  void aGradientHasItsVariablesTypeInsideACellOfAnotherPrecision() {
    Inner cell = new Inner();
    cell.toFloat(DType.FLOAT16);
    assertEquals(DType.FLOAT32, cell.call(f(1, 2)).dtype());
  }

  @Test
  void aProfileInsideAFunctionHidesNoTape() {
    Function<Tensor, Tensor> measured =
        x -> {
          try (Profile p = Profile.open()) {
            return stopGradient(x).mul(x).sum();
          }
        };
    close(grad(measured).apply(f(3, 4)), 3, 4);
    Function<Tensor, Tensor> custom =
        x -> {
          try (Profile p = Profile.open()) {
            return Autograd.customCall(x, in -> in.mul(2), (in, out, dout) -> dout.mul(7));
          }
        };
    close(grad(custom).apply(f(3, 4)), 7, 7);
  }

  @Test
  void aSensitivityOfAnotherShapeIsRefused() {
    var g = valueAndGrad((Tensor x) -> x.mul(2));
    assertThrows(TensorException.class, () -> g.withSensitivity(Ops.ones(3)).apply(f(1, 2)));
    assertThrows(
        TensorException.class,
        () -> g.withSensitivity(Ops.ones(2).cast(DType.FLOAT64)).apply(f(1, 2)));
  }

  // ---- many shapes ------------------------------------------------------------------------------

  @Test
  void sumsOverBroadcastAxesComeBackInTheInputsShape() {
    Mycel.setSeed(5);
    Pair<Tensor, Tensor> in = new Pair<>(Random.randn(3, 1, 4), Random.randn(2, 1));
    Pair<Tensor, Tensor> g = grad((Pair<Tensor, Tensor> p) -> p.first().add(p.second())).apply(in);
    assertEquals(in.first().shape(), g.first().shape());
    assertEquals(in.second().shape(), g.second().shape());
    close(g.second(), 12, 12);
    assertEquals(2, g.first().at(0).reshape(-1).at(0).item(), 1e-6);
  }

  @Test
  void emptyInputsHaveEmptyGradients() {
    assertEquals("(0, 3)", grad((Tensor x) -> x.mul(2)).apply(Ops.zeros(0, 3)).shape().toString());
  }
}
