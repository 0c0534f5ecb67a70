package dev.mycel.guide;

import static dev.mycel.autograd.Autograd.grad;
import static dev.mycel.autograd.Autograd.valueAndGrad;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.core.DType;
import dev.mycel.core.Mycel;
import dev.mycel.core.Pair;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import dev.mycel.junit.MycelTest;
import dev.mycel.nn.Parameter;
import dev.mycel.nn.layer.Dense;
import dev.mycel.nn.loss.MSELoss;
import dev.mycel.optim.SGD;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The items of the guide about gradients, and its sampler with a backward pass. */
@MycelTest
final class GradientGuideTest {
  private static final float[] FIRST = {
    1.2510660f, 2.1609735f, 3.4312444e-04f, 0.90699774f, 0.44026768f,
    0.27701578f, 0.55878061f, 1.0366821f, 1.1903024f, 1.6164502f
  };
  private static final float[] CALLED = {
    0.90699774f, 2.1609735f, 0.90699774f, 0.5587806f, 1.6164502f, 0.5587806f
  };
  private static final int[] CALLED_AT = {3, 1, 3, 1, 4, 1};

  private static float[] numbers(Tensor t) {
    return t.reshape(-1).toFloatArray();
  }

  private static int[] places(Tensor t) {
    return t.reshape(-1).toIntArray();
  }

  private static Tensor drawn(LegacyNumpy random) {
    return Tensor.of(random.uniform(0, 3, 10), 2, 5);
  }

  private static void close(float[] expected, float[] found) {
    assertArrayEquals(expected, found, 2e-7f);
  }

  @DisplayName(
      "13.1 #4 grad of a forward function returns gradients as values, and nothing adds up")
  @ParameterizedTest(name = "{displayName} on {0}")
  @ValueSource(strings = {"onednn", "reference"})
  void gradientsAreValues(String backend) {
    Mycel.setBackend(backend);
    Dense net = Dense.builder(2, 1).weightInit("ones").biasInit("zeros").build();
    MSELoss loss = new MSELoss();
    Function<Pair<Tensor, Tensor>, Tensor> forward =
        batch -> loss.call(net.call(batch.first()), batch.second());
    var step = grad(forward, net.trainableParams());
    Pair<Tensor, Tensor> batch =
        new Pair<>(Tensor.of(new float[] {1, 2, 3, 4}, 2, 2), Tensor.of(new float[] {1, 1}, 2, 1));
    List<Tensor> once = step.apply(batch);
    List<Tensor> again = step.apply(batch);
    assertNotSame(once.get(0), again.get(0));
    // y = (3, 7), d loss / d y = y - 1 = (2, 6).
    close(new float[] {20, 28}, numbers(once.get(0)));
    close(new float[] {8}, numbers(once.get(1)));
    close(numbers(once.get(0)), numbers(again.get(0)));
  }

  @DisplayName("13.1 #5 with auxiliary outputs only the first is derived, without all count")
  @ParameterizedTest(name = "{displayName} on {0}")
  @ValueSource(strings = {"onednn", "reference"})
  void onlyTheFirstOutputIsDerived(String backend) {
    Mycel.setBackend(backend);
    Dense net = Dense.builder(2, 1).weightInit("ones").hasBias(false).build();
    Function<Tensor, Pair<Tensor, Tensor>> forward =
        x -> {
          Tensor logits = net.call(x);
          return new Pair<>(logits.square().sum(), logits);
        };
    Tensor x = Tensor.of(new float[] {1, 2}, 1, 2);
    var aux = valueAndGrad(forward, net.trainableParams()).hasAux().apply(x);
    close(new float[] {9}, numbers(aux.loss()));
    close(new float[] {3}, numbers(aux.aux().get(0)));
    assertSame(aux.value().second(), aux.aux().get(0));
    close(new float[] {6, 12}, numbers(aux.grads().get(0)));
    var all = valueAndGrad(forward, net.trainableParams()).apply(x);
    close(new float[] {7, 14}, numbers(all.grads().get(0)));
  }

  @DisplayName("13.1 #6 an optimizer called with gradients updates its parameters in place")
  @ParameterizedTest(name = "{displayName} on {0}")
  @ValueSource(strings = {"onednn", "reference"})
  void theOptimizerUpdates(String backend) {
    Mycel.setBackend(backend);
    Dense net = Dense.builder(2, 1).weightInit("ones").hasBias(false).build();
    Parameter weight = net.trainableParams().get(0);
    SGD optimizer = new SGD(net.trainableParams(), 0.5);
    var step = grad((Tensor x) -> net.call(x).sum(), net.trainableParams());
    optimizer.call(step.apply(Tensor.of(new float[] {1, 2}, 1, 2)));
    assertSame(weight, net.trainableParams().get(0));
    close(new float[] {0.5f, 0}, numbers(weight.value()));
  }

  @DisplayName("13.12 #58 converting a tensor to an array inside the forward cuts the gradient")
  @ParameterizedTest(name = "{displayName} on {0}")
  @ValueSource(strings = {"onednn", "reference"})
  void theHostCutsTheGradient(String backend) {
    Mycel.setBackend(backend);
    Tensor dx =
        grad((Tensor x) -> Tensor.of(x.toFloatArray(), 2).mul(3))
            .apply(Tensor.of(new float[] {1, 2}));
    close(new float[] {0, 0}, numbers(dx));
    assertEquals(DType.FLOAT32, dx.dtype());
  }

  @DisplayName("13.13 #60 the input of the sampler is NumPy's uniform(0, 3, (2, 5)) of seed 1")
  @ParameterizedTest(name = "{displayName} on {0}")
  @ValueSource(strings = {"onednn", "reference"})
  void theInputIsNumpys(String backend) {
    Mycel.setBackend(backend);
    Tensor x = drawn(new LegacyNumpy(1));
    close(FIRST, numbers(x));
    assertEquals(Shape.of(2, 5), x.shape());
    assertEquals(DType.FLOAT32, x.dtype());
  }

  @DisplayName("13.13 #61 a call of the sampler picks the printed values and positions")
  @ParameterizedTest(name = "{displayName} on {0}")
  @ValueSource(strings = {"onednn", "reference"})
  void aCallPicks(String backend) {
    Mycel.setBackend(backend);
    LegacyNumpy random = new LegacyNumpy(1);
    Tensor x = drawn(random);
    MySampler sampler = new MySampler(3, random);
    MySampler.Picked picked = sampler.call(x);
    close(CALLED, numbers(picked.values()));
    assertArrayEquals(CALLED_AT, places(picked.indices()));
    assertEquals(1, sampler.forwards().size());
  }

  @DisplayName("13.13 #62 grad after a call runs the forward once, with the next draw")
  @ParameterizedTest(name = "{displayName} on {0}")
  @ValueSource(strings = {"onednn", "reference"})
  void gradRunsTheForwardOnce(String backend) {
    Mycel.setBackend(backend);
    LegacyNumpy random = new LegacyNumpy(1);
    Tensor x = drawn(random);
    MySampler sampler = new MySampler(3, random);
    sampler.call(x);
    grad((Tensor in) -> sampler.call(in)).apply(x);
    assertEquals(2, sampler.forwards().size(), "the call is one run, grad another");
    MySampler.Picked second = sampler.forwards().get(1);
    close(
        new float[] {0.90699774f, 1.251066f, 2.1609735f, 1.1903024f, 1.1903024f, 0.5587806f},
        numbers(second.values()));
    assertArrayEquals(new int[] {3, 0, 1, 3, 3, 1}, places(second.indices()));

    MySampler alone = new MySampler(3, new LegacyNumpy(1));
    valueAndGrad((Tensor in) -> alone.call(in)).apply(x);
    assertEquals(1, alone.forwards().size(), "without a call before it there is one run");
  }

  @DisplayName("13.13 #63 without bprop the gradient of the sampler is a bare tensor of zeros")
  @ParameterizedTest(name = "{displayName} on {0}")
  @ValueSource(strings = {"onednn", "reference"})
  void withoutBpropThereAreZeros(String backend) {
    Mycel.setBackend(backend);
    LegacyNumpy random = new LegacyNumpy(1);
    Tensor x = drawn(random);
    MySampler sampler = new MySampler(3, random);
    Tensor dx = grad((Tensor in) -> sampler.call(in)).apply(x);
    close(new float[10], numbers(dx));
    String zeros = "0.00000000e+00";
    assertTrue(
        dx.repr().startsWith("Tensor(shape=[2, 5], dtype=Float32, value=\n[[ " + zeros + ","),
        dx::repr);
  }

  @DisplayName("13.13 #64 the next input of the same script has the printed numbers")
  @ParameterizedTest(name = "{displayName} on {0}")
  @ValueSource(strings = {"onednn", "reference"})
  void theNextInputFollows(String backend) {
    Mycel.setBackend(backend);
    LegacyNumpy random = new LegacyNumpy(1);
    Tensor x = drawn(random);
    MySampler sampler = new MySampler(3, random);
    sampler.call(x);
    grad((Tensor in) -> sampler.call(in)).apply(x);
    Tensor next = drawn(random);
    close(
        new float[] {
          1.2519144f, 1.6760695f, 0.42116082f, 0.59430444f, 2.4022336f,
          2.9047847f, 0.9402725f, 2.076968f, 2.6291676f, 2.68382f
        },
        numbers(next));
  }

  @DisplayName("13.13 #67 bprop gets the positions of the only forward run, and ones")
  @ParameterizedTest(name = "{displayName} on {0}")
  @ValueSource(strings = {"onednn", "reference"})
  void bpropSeesOutputAndGradient(String backend) {
    Mycel.setBackend(backend);
    LegacyNumpy random = new LegacyNumpy(1);
    Tensor x = drawn(random);
    MySampler.WithBackward sampler = new MySampler.WithBackward(3, random);
    grad((Tensor in) -> sampler.call(in)).apply(x);
    assertEquals(1, sampler.forwards().size());
    close(CALLED, numbers(sampler.forwards().get(0).values()));
    assertEquals(1, sampler.outputs().size());
    assertArrayEquals(CALLED_AT, places(sampler.outputs().get(0).indices()));
    assertEquals(Shape.of(2, 3), sampler.gradients().get(0).values().shape());
    close(new float[] {1, 1, 1, 1, 1, 1}, numbers(sampler.gradients().get(0).values()));
  }

  @DisplayName("13.13 #68 the segment sums of the gradient at the sampled positions are dx")
  @ParameterizedTest(name = "{displayName} on {0}")
  @ValueSource(strings = {"onednn", "reference"})
  void segmentSumsAreTheGradient(String backend) {
    Mycel.setBackend(backend);
    LegacyNumpy random = new LegacyNumpy(1);
    Tensor x = drawn(random);
    MySampler.WithBackward sampler = new MySampler.WithBackward(3, random);
    Tensor dx = grad((Tensor in) -> sampler.call(in)).apply(x);
    assertEquals(Shape.of(2, 5), dx.shape());
    assertEquals(DType.FLOAT32, dx.dtype());
    assertArrayEquals(new float[] {0, 1, 0, 2, 0, 0, 2, 0, 0, 1}, numbers(dx));
  }

  @DisplayName("13.13 #69 rows are indexed and stacked, and int32 positions take no gradient")
  @ParameterizedTest(name = "{displayName} on {0}")
  @ValueSource(strings = {"onednn", "reference"})
  void positionsTakeNoGradient(String backend) {
    Mycel.setBackend(backend);
    LegacyNumpy random = new LegacyNumpy(1);
    Tensor x = drawn(random);
    MySampler.WithBackward sampler = new MySampler.WithBackward(3, random);
    var both = valueAndGrad((Tensor in) -> sampler.call(in)).apply(x);
    assertEquals(DType.INT32, both.value().indices().dtype());
    assertEquals(Shape.of(2, 3), both.value().indices().shape());
    Tensor atPositions = sampler.gradients().get(0).indices();
    assertEquals(DType.INT32, atPositions.dtype());
    assertArrayEquals(new int[6], places(atPositions));
    assertNotEquals(0, numbers(both.grads())[1]);
    assertTrue(both.value().values().dtype().isFloat());
  }
}
