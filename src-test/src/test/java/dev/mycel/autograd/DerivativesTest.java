package dev.mycel.autograd;

import static dev.mycel.autograd.Autograd.getGrad;
import static dev.mycel.autograd.Autograd.grad;
import static dev.mycel.autograd.Autograd.hessian;
import static dev.mycel.autograd.Autograd.jacfwd;
import static dev.mycel.autograd.Autograd.jacrev;
import static dev.mycel.autograd.Autograd.jvp;
import static dev.mycel.autograd.Autograd.jvpWithAux;
import static dev.mycel.autograd.Autograd.stopGradient;
import static dev.mycel.autograd.Autograd.valueAndGrad;
import static dev.mycel.autograd.Autograd.vjp;
import static dev.mycel.autograd.Autograd.vjpWithAux;
import static dev.mycel.autograd.Autograd.vmap;
import static dev.mycel.junit.MycelAssertions.assertClose;
import static dev.mycel.junit.MycelAssertions.assertNoLeak;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.DType;
import dev.mycel.core.EscapedTensorException;
import dev.mycel.core.Interpreters;
import dev.mycel.core.MissingRuleException;
import dev.mycel.core.Mycel;
import dev.mycel.core.None;
import dev.mycel.core.Ops;
import dev.mycel.core.Pair;
import dev.mycel.core.Primitive;
import dev.mycel.core.Profile;
import dev.mycel.core.Random;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import dev.mycel.core.TensorType;
import dev.mycel.core.Variable;
import dev.mycel.junit.MycelTest;
import dev.mycel.nn.Cell;
import dev.mycel.nn.Parameter;
import dev.mycel.nn.SequentialCell;
import dev.mycel.nn.layer.BatchNorm2d;
import dev.mycel.nn.layer.Conv2d;
import dev.mycel.nn.layer.Dense;
import dev.mycel.nn.layer.Flatten;
import dev.mycel.nn.layer.MaxPool2d;
import dev.mycel.nn.layer.ReLU;
import dev.mycel.nn.layer.Tanh;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Directions, Jacobians, slices, identities, and how they compose. */
@MycelTest
class DerivativesTest {
  /** Two tensors under names. */
  record Sides(Tensor left, Tensor right) {}

  /** Of no sample: an opaque primitive that nobody has a rule for. */
  private static final Primitive<None> OPAQUE =
      Primitive.of("opaque_for_tests", (none, in) -> new TensorType[] {in[0]});

  @BeforeEach
  void onTheDefaultBackend() {
    Mycel.setBackend("onednn");
    Mycel.setSeed(3);
  }

  @AfterEach
  void noInterpreterIsLeft() {
    assertSame(Interpreters.root(), Interpreters.top());
  }

  private static Tensor f(double... values) {
    return Tensor.of(values, DType.FLOAT32, values.length);
  }

  private static void close(Tensor actual, double... expected) {
    assertClose(actual.reshape(-1), Tensor.of(expected, expected.length), 0, 2e-5);
  }

  private static void close(Tensor actual, Tensor expected) {
    assertEquals(expected.dtype(), actual.dtype());
    assertClose(actual, expected, 0, 2e-4);
  }

  // ---- along a direction ------------------------------------------------------------------------

  @Test
  void jvpGivesValueAndDerivativeInTheOutputsForm() {
    var r = jvp((Tensor x) -> new Sides(x.square(), x.sin()), f(1, 2), f(1, -1));
    close(r.out().left(), 1, 4);
    close(r.tangent().left(), 2, -4);
    close(r.tangent().right(), Math.cos(1), -Math.cos(2));
  }

  @Test
  void jvpTakesRecordsAndMaps() {
    var r =
        jvp((Sides s) -> s.left().mul(s.right()), new Sides(f(2), f(5)), new Sides(f(1), f(10)));
    close(r.tangent(), 25);
    var m =
        jvp(
            (Map<String, Tensor> t) -> t.get("a").div(t.get("b")),
            Map.of("a", f(6), "b", f(2)),
            Map.of("b", f(1), "a", f(0)));
    close(m.tangent(), -1.5);
  }

  @Test
  void whatDoesNotMoveHasATangentOfZeros() {
    var r = jvp((Tensor x) -> List.of(Ops.ones(2), x.argmax(0), stopGradient(x)), f(1, 2), f(1, 1));
    close(r.tangent().get(0), 0, 0);
    close(r.tangent().get(1), 0);
    assertEquals(DType.INT64, r.tangent().get(1).dtype());
    close(r.tangent().get(2), 0, 0);
  }

  @Test
  void anIntegerInputHasAVectorOfIntegersThatDoesNothing() {
    Tensor i = Tensor.of(new int[] {1, 0}, 2);
    var r =
        jvp(
            (Pair<Tensor, Tensor> p) -> p.first().gather(p.second(), 0),
            new Pair<>(f(3, 4), i),
            new Pair<>(f(1, 2), i));
    close(r.tangent(), 2, 1);
  }

  @Test
  void auxiliaryOutputsAreCarriedByJvpAndVjp() {
    Function<Tensor, Pair<Tensor, Tensor>> fn = x -> new Pair<>(x.square(), x.add(1));
    var forward = jvpWithAux(fn, f(3), f(1));
    close(forward.first().tangent(), 6);
    close(forward.second(), 4);
    var reverse = vjpWithAux(fn, f(3));
    close(reverse.first().pull(f(2)), 12);
    close(reverse.second(), 4);
  }

  @Test
  void vjpGivesGradientsOfVariablesToo() {
    Parameter w = new Parameter(f(2, 3), "w");
    Parameter unused = new Parameter(f(1), "unused");
    try (var r = vjp((Tensor x) -> x.mul(w.value()), f(5, 7), List.of(w, unused))) {
      var g = r.pullAll(f(1, 10));
      close(g.first(), 2, 30);
      close(g.second().get(0), 5, 70);
      close(g.second().get(1), 0);
    }
  }

  @Test
  void directionsNestWithGradientsInEveryOrder() {
    Function<Tensor, Tensor> cube = x -> x.pow(3);
    Function<Tensor, Tensor> along = x -> jvp(cube, x, f(1)).tangent();
    close(jvp(along, f(2), f(1)).tangent(), 12);
    close(grad(along).apply(f(2)), 12);
    close(jvp(grad(cube), f(2), f(1)).tangent(), 12);
    close(grad(grad(along)).apply(f(2)), 6);
    close(jvp(grad(along), f(2), f(1)).tangent(), 6);
  }

  @Test
  void anInnerDirectionDoesNotMixUpWithTheOuterOne() {
    // d/dx of x * d/dy (x + y) is 1; mixing the two directions up gives 2.
    close(
        jvp((Tensor x) -> x.mul(jvp((Tensor y) -> x.add(y), f(1), f(1)).tangent()), f(1), f(1))
            .tangent(),
        1);
  }

  @Test
  void forwardModeRunsThroughANetworkAndAgreesWithReverse() {
    Cell<Tensor, Tensor> net = network();
    Tensor x = Random.randn(2, 1, 6, 6);
    Tensor v = Random.randn(2, 1, 6, 6);
    Tensor u = Random.randn(2, 3);
    double ahead = jvp(net, x, v).tangent().mul(u).sum().item();
    try (var r = vjp(net, x)) {
      assertEquals(r.pull(u).mul(v).sum().item(), ahead, 1e-4 * Math.max(1, Math.abs(ahead)));
    }
  }

  private static Cell<Tensor, Tensor> network() {
    return new SequentialCell(
        new Conv2d(1, 2, 3),
        new BatchNorm2d(2),
        new ReLU(),
        new MaxPool2d(2, 2),
        new Flatten(),
        new Dense(18, 3),
        new Tanh());
  }

  @Test
  void forwardModeNeedsAboutTwoOperationsForOne() {
    Tensor x = Random.randn(4, 8);
    Dense a = new Dense(8, 8);
    Dense b = new Dense(8, 8);
    Function<Tensor, Tensor> net = t -> b.call(a.call(t).tanh()).tanh();
    long plain = calls(() -> net.apply(x));
    long forward = calls(() -> jvp(net, x, x));
    long twice = calls(() -> grad((Tensor u) -> vjp(net, x).pull(u)).apply(x));
    assertTrue(forward <= 4 * plain, forward + " operations, " + plain + " without derivative");
    assertTrue(forward < twice, forward + " operations, the double backward has " + twice);
  }

  private static long calls(Runnable work) {
    try (Profile p = Profile.open()) {
      work.run();
      return p.rows().stream().mapToLong(Profile.Row::calls).sum();
    }
  }

  @Test
  void tangentsHaveTheTypeOfTheirValuesInACellOfAnotherPrecision() {
    Dense half = new Dense(4, 4);
    half.toFloat(DType.FLOAT16);
    Tensor x = Random.randn(2, 4);
    var r = jvp((Tensor t) -> half.call(t).tanh(), x, x);
    assertEquals(DType.FLOAT16, r.out().dtype());
    assertEquals(DType.FLOAT16, r.tangent().dtype());
    assertEquals(DType.FLOAT32, jacfwd((Tensor t) -> half.call(t)).apply(x).dtype());
  }

  @Test
  void derivativesAndSlicesLeakNothing() {
    Cell<Tensor, Tensor> net = network();
    Tensor x = Random.randn(2, 1, 6, 6);
    Function<Tensor, Tensor> loss = t -> net.call(t).square().sum();
    assertNoLeak(() -> jvp(net, x, x));
    assertNoLeak(() -> jacrev(net, 0).apply(x));
    assertNoLeak(() -> jacfwd(net, 0).apply(x));
    assertNoLeak(() -> vmap(grad(loss)).apply(x.expandDims(1)));
    assertNoLeak(() -> grad((Tensor t) -> jvp(net, t, x).tangent()).apply(x));
    assertNoLeak(
        () ->
            assertThrows(
                IllegalStateException.class,
                () ->
                    jvp(
                        (Tensor t) -> {
                          net.call(t);
                          throw new IllegalStateException("on purpose");
                        },
                        x,
                        x)));
  }

  // ---- Jacobians --------------------------------------------------------------------------------

  @Test
  void jacobiansHaveTheOutputsShapeFollowedByTheInputs() {
    Tensor x = Random.randn(2, 3);
    Tensor w = Random.randn(3, 4);
    Function<Tensor, Tensor> fn = t -> t.matmul(w);
    Tensor rev = jacrev(fn).apply(x);
    assertEquals(Shape.of(2, 4, 2, 3), rev.shape());
    close(jacfwd(fn).apply(x), rev);
    // d y_ij / d x_kl = [i = k] w_lj
    close(rev.at(1, 2).at(1), w.transpose(1, 0).at(2));
    close(rev.at(1, 2).at(0), 0, 0, 0);
  }

  @Test
  void jacobiansOfRecordsAreRecords() {
    Sides at = new Sides(f(2, 3), f(5));
    Function<Sides, Tensor> fn = s -> s.left().mul(s.right());
    Sides rev = jacrev(fn).apply(at);
    close(rev.left(), 5, 0, 0, 5);
    close(rev.right(), 2, 3);
    assertEquals(Shape.of(2, 1), rev.right().shape());
    Sides fwd = jacfwd(fn).apply(at);
    close(fwd.left(), rev.left());
    close(fwd.right(), rev.right());
  }

  @Test
  void blocksOfSeveralOutputsAndPositions() {
    Function<List<Tensor>, List<Tensor>> fn =
        t -> List.of(t.get(0).mul(t.get(1)).sum(), t.get(1), t.get(0).argmax(0));
    List<Tensor> at = List.of(f(1, 2), f(3, 4));
    for (boolean forward : new boolean[] {false, true}) {
      var j = (forward ? jacfwd(fn, 1, 0) : jacrev(fn, 1, 0)).apply(at);
      close(j.block(0, 0), 1, 2);
      close(j.block(0, 1), 3, 4);
      close(j.block(1, 0), 1, 0, 0, 1);
      close(j.block(1, 1), 0, 0, 0, 0);
      close(j.block(2, 0), 0, 0);
      close(j.value().get(1), 3, 4);
    }
  }

  @Test
  void aJacobianLargerThanAChunkIsWhole() {
    Tensor x = Ops.arange(0, 300, 1, DType.FLOAT32);
    Tensor diagonal = Ops.eye(300, 300, DType.FLOAT32);
    close(jacrev((Tensor t) -> t.square()).apply(x), diagonal.mul(x.mul(2)));
    close(jacfwd((Tensor t) -> t.square()).apply(x), diagonal.mul(x.mul(2)));
  }

  @Test
  void theJacobianOfAnIntegerInputIsZerosOfItsType() {
    Tensor i = Tensor.of(new int[] {1, 0}, 2);
    Function<Pair<Tensor, Tensor>, Tensor> fn = p -> p.first().gather(p.second(), 0);
    var rev = jacrev(fn).apply(new Pair<>(f(3, 4), i));
    var fwd = jacfwd(fn).apply(new Pair<>(f(3, 4), i));
    for (var j : List.of(rev, fwd)) {
      close(j.first(), 0, 1, 1, 0);
      assertEquals(DType.INT32, j.second().dtype());
      close(j.second(), 0, 0, 0, 0);
    }
  }

  @Test
  void theHessianIsSymmetricAndRight() {
    Tensor a = Random.randn(3, 3);
    Function<Tensor, Tensor> form = x -> a.matmul(x.reshape(3, 1)).reshape(3).mul(x).sum();
    Tensor h = hessian(form).apply(f(1, -2, 0.5));
    close(h, a.add(a.transpose(1, 0)));
    Function<Tensor, Tensor> cubes = x -> x.pow(3).sum().add(x.at(0).mul(x.at(1)));
    close(hessian(cubes).apply(f(1, -2, 0.5)), 6, 1, 0, 1, -12, 0, 0, 0, 3);
  }

  @Test
  void hessiansOfSeveralInputsComeInBlocks() {
    Function<Sides, Tensor> fn = s -> s.left().square().mul(s.right()).sum();
    var h = hessian(fn, 0, 1).apply(new Sides(f(2), f(5)));
    close(h.get(0).get(0), 10);
    close(h.get(0).get(1), 4);
    close(h.get(1).get(0), 4);
    close(h.get(1).get(1), 0);
  }

  // ---- identities -------------------------------------------------------------------------------

  @Test
  void gradientsAreFoundByPositionAndByWeight() {
    Parameter w = new Parameter(f(3), "w");
    Function<List<Tensor>, Tensor> fn = t -> t.get(0).mul(t.get(1)).mul(w.value());
    var ids =
        valueAndGrad(fn, new int[] {1}, List.of(w)).returnIds().apply(List.of(f(2), f(5))).grads();
    close(getGrad(ids, 1), 6);
    close(getGrad(ids, w), 10);
    assertEquals(List.of(1, w), new ArrayList<>(ids.asMap().keySet()));
    assertThrows(ArgumentException.class, () -> getGrad(ids, 0));
    var one = grad(fn, 1, w).apply(List.of(f(2), f(5)));
    close(one.first(), 6);
    close(one.second(), 10);
  }

  // ---- slices -----------------------------------------------------------------------------------

  @Test
  void vmapTakesAndGivesAnyAxis() {
    Tensor x = Random.randn(2, 3, 4);
    Tensor w = Random.randn(2, 5);
    Tensor found =
        vmap((Tensor t) -> t.matmul(w)).inAxes(-1).outAxes(1).apply(x.transpose(1, 0, 2));
    assertEquals(Shape.of(3, 4, 5), found.shape());
    for (int s = 0; s < 4; s++) {
      Tensor slice = x.transpose(1, 0, 2).narrow(2, s, 1).squeeze(2);
      close(found.narrow(1, s, 1).squeeze(1), slice.matmul(w));
    }
  }

  @Test
  void vmapSharesWhatHasNoAxisAndNests() {
    Function<Pair<Tensor, Tensor>, Tensor> dot = p -> p.first().mul(p.second()).sum();
    var rows = vmap(dot).inAxes(0, Vmap.NONE);
    var all = vmap(rows).inAxes(Vmap.NONE, 1);
    Tensor a = Random.randn(2, 3);
    Tensor b = Random.randn(3, 4);
    // For each column of b the products with all rows of a.
    close(all.apply(new Pair<>(a, b)), a.matmul(b).transpose(1, 0));
  }

  @Test
  void gradientsOfEachSampleComeFromOneCall() {
    Cell<Tensor, Tensor> net = network();
    List<Parameter> weights = net.trainableParams();
    Tensor x = Random.randn(5, 1, 6, 6);
    Function<Tensor, List<Tensor>> one =
        sample ->
            grad((Tensor t) -> net.call(t).square().sum(), weights).apply(sample.expandDims(0));
    List<Tensor> each = vmap(one).apply(x);
    List<Tensor> sum = grad((Tensor t) -> net.call(t).square().sum(), weights).apply(x);
    for (int k = 0; k < weights.size(); k++) {
      assertEquals(weights.get(k).shape().insert(0, 5), each.get(k).shape());
      close(each.get(k).sum(0), sum.get(k));
      close(each.get(k).at(2), one.apply(x.at(2)).get(k));
    }
  }

  @Test
  void vmapOfADirectionAndADirectionOfVmap() {
    Tensor x = f(1, 2, 3);
    Tensor v = f(1, 10, 100);
    Function<Pair<Tensor, Tensor>, Tensor> along =
        p -> jvp((Tensor t) -> t.square(), p.first(), p.second()).tangent();
    close(vmap(along).apply(new Pair<>(x, v)), 2, 40, 600);
    close(jvp(vmap((Tensor t) -> t.square()), x, v).tangent(), 2, 40, 600);
    close(grad(vmap((Tensor t) -> stopGradient(t).mul(t))).apply(x), 1, 2, 3);
  }

  @Test
  void outputsThatAreTheSameForAllSlicesAreRepeatedOrLeftAlone() {
    var both = vmap((Tensor t) -> List.of(t, Ops.ones(2)));
    close(both.apply(f(1, 2, 3)).get(1), 1, 1, 1, 1, 1, 1);
    close(both.outAxes(0, Vmap.NONE).apply(f(1, 2, 3)).get(1), 1, 1);
  }

  @Test
  void aPrimitiveWithoutABatchingRuleIsNamed() {
    Function<Tensor, Tensor> fn = t -> Interpreters.bind(OPAQUE, None.NONE, t);
    MissingRuleException e =
        assertThrows(MissingRuleException.class, () -> vmap(fn).apply(f(1, 2)));
    assertTrue(e.getMessage().contains("opaque_for_tests"), e.getMessage());
    assertThrows(MissingRuleException.class, () -> jvp(fn, f(1), f(1)));
  }

  @Test
  void valuesOfSlicesCannotBeReadButPrintingDescribesThem() {
    List<String> printed = new ArrayList<>();
    Function<Tensor, Tensor> fn =
        t -> {
          printed.add(t.toString());
          return t.item() > 0 ? t : t.neg();
        };
    assertThrows(EscapedTensorException.class, () -> vmap(fn).apply(f(1, 2)));
    assertEquals("Tensor(float32(), one of several in vmap over 2 slices)", printed.get(0));
  }

  @Test
  void drawsInsideAreTheSameForAllSlices() {
    Tensor y = vmap((Tensor t) -> t.add(Random.randn(2))).apply(Ops.zeros(3, 2));
    close(y.at(1), y.at(0));
    close(y.at(2), y.at(0));
  }

  // ---- backward passes written by hand ----------------------------------------------------------

  /** w * x squared, with a gradient for w, over records. */
  private static final class Weighted extends Cell<Sides, Map<String, Tensor>> {
    private final Parameter w = new Parameter(f(3), "w");
    private int forwards;

    @Override
    protected Map<String, Tensor> construct(Sides x) {
      forwards++;
      return Map.of("y", x.left().square().mul(w.value()), "z", x.right());
    }

    @Override
    protected Sides bprop(Sides x, Map<String, Tensor> out, Map<String, Tensor> dout) {
      Tensor dleft = dout.get("y").mul(x.left()).mul(w.value()).mul(2);
      return new Sides(dleft, dout.get("z"));
    }

    @Override
    protected Map<Parameter, Tensor> bpropParameters(
        Sides x, Map<String, Tensor> out, Map<String, Tensor> dout) {
      return Map.of(w, dout.get("y").mul(x.left().square()));
    }
  }

  private static Tensor sum(Map<String, Tensor> t) {
    return t.get("y").add(t.get("z").mul(10)).sum();
  }

  @Test
  void bpropTakesRecordsAndMapsAndGivesGradientsOfItsParameters() {
    Weighted cell = new Weighted();
    Sides at = new Sides(f(2), f(7));
    var r =
        valueAndGrad((Sides s) -> sum(cell.call(s)), new int[] {0, 1}, List.of(cell.w)).apply(at);
    close(r.grads().first().get(0), 12);
    close(r.grads().first().get(1), 10);
    close(r.grads().second().get(0), 4);
    assertEquals(1, cell.forwards);
    close(grad((Sides s) -> sum(cell.call(s)), cell.w).apply(at), 4);
  }

  @Test
  void higherOrdersGoThroughBprop() {
    Weighted cell = new Weighted();
    Function<Tensor, Tensor> fn = x -> sum(cell.call(new Sides(x, x)));
    close(grad(grad(fn)).apply(f(2)), 6);
    close(hessian(fn).apply(f(2)), 6);
    // d/dw of d/dx w x^2 + 10 x: 2 x.
    close(grad((Tensor x) -> grad(fn).apply(x), cell.w).apply(f(2)), 4);
  }

  @Test
  void forwardModeTransposesBprop() {
    // A derivative of ten that nobody would find in the forward pass.
    Function<Tensor, Tensor> odd =
        x -> Autograd.customCall(x, in -> in.mul(2), (in, out, dout) -> dout.mul(10).mul(in));
    close(jvp(odd, f(3, 4), f(1, 2)).tangent(), 30, 80);
    close(jvp(odd, f(3, 4), f(1, 2)).out(), 6, 8);
    close(jacfwd(odd).apply(f(3, 4)), 30, 0, 0, 40);
    close(jacrev(odd).apply(f(3, 4)), 30, 0, 0, 40);
  }

  @Test
  void slicesOfACustomBackwardAndItsGradientInBothOrders() {
    Weighted cell = new Weighted();
    Function<Tensor, Tensor> fn = x -> sum(cell.call(new Sides(x, x)));
    close(vmap(grad(fn)).apply(f(1, 2, 3).reshape(3, 1)), 16, 22, 28);
    close(grad(vmap(fn)).apply(f(1, 2, 3).reshape(3, 1)), 16, 22, 28);
    close(grad(vmap(fn), cell.w).apply(f(1, 2, 3).reshape(3, 1)), 14);
    close(vmap(grad(fn, cell.w)).apply(f(1, 2, 3).reshape(3, 1)), 1, 4, 9);
  }

  /** Calls a cell with a backward of its own, and has one itself. */
  private static final class Outer extends Cell<Tensor, Tensor> {
    private final Weighted inner = new Weighted();

    @Override
    protected Tensor construct(Tensor x) {
      return inner.call(new Sides(x, x)).get("y");
    }

    @Override
    protected Tensor bprop(Tensor x, Tensor out, Tensor dout) {
      return grad((Tensor t) -> inner.call(new Sides(t, t)).get("y")).apply(x).mul(dout).mul(100);
    }
  }

  @Test
  void theOuterOfTwoNestedBackwardPassesCounts() {
    Outer outer = new Outer();
    close(grad(outer).apply(f(2)), 1200);
    close(grad(grad(outer)).apply(f(2)), 600);
    // Nothing flows to a parameter inside whose gradient the outer cell does not give.
    close(grad(outer, outer.inner.w).apply(f(2)), 0);
  }

  @Test
  void aMapOfGradientsIsMatchedByItsKeys() {
    Function<Map<String, Tensor>, Tensor> fn =
        t ->
            Autograd.customCall(
                t,
                in -> in.get("a").add(in.get("b")),
                (in, out, dout) -> {
                  Map<String, Tensor> other = new java.util.LinkedHashMap<>();
                  other.put("b", dout.mul(2));
                  other.put("a", dout);
                  return other;
                });
    Map<String, Tensor> in = new java.util.LinkedHashMap<>();
    in.put("a", f(1));
    in.put("b", f(1));
    Map<String, Tensor> g = grad(fn).apply(in);
    close(g.get("a"), 1);
    close(g.get("b"), 2);
  }

  @Test
  void customCallsWithoutCellsCoverVariables() {
    Variable v = new Variable(f(4));
    Function<Tensor, Tensor> fn =
        x ->
            Autograd.customCall(
                "Scaled",
                x,
                in -> in.mul(v.value()),
                (in, out, dout) -> dout.mul(v.value()),
                List.of(v),
                (in, out, dout) -> Map.of(v, dout.mul(in)));
    close(grad(fn, v).apply(f(3)), 3);
    close(grad(fn, 0, v).apply(f(3)).first(), 4);
  }
}
