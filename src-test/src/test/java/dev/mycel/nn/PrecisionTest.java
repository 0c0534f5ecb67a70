package dev.mycel.nn;

import static dev.mycel.core.DType.BFLOAT16;
import static dev.mycel.core.DType.FLOAT16;
import static dev.mycel.core.DType.FLOAT32;
import static dev.mycel.core.DType.FLOAT64;
import static dev.mycel.core.DType.INT32;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.autograd.Autograd;
import dev.mycel.core.DType;
import dev.mycel.core.DTypeException;
import dev.mycel.core.Ops;
import dev.mycel.core.Pair;
import dev.mycel.core.Precision;
import dev.mycel.core.Random;
import dev.mycel.core.Tensor;
import dev.mycel.junit.MycelTest;
import dev.mycel.nn.layer.BatchNorm2d;
import dev.mycel.nn.layer.Conv2d;
import dev.mycel.nn.layer.Dense;
import dev.mycel.nn.layer.Flatten;
import dev.mycel.nn.layer.GroupNorm;
import dev.mycel.nn.layer.LayerNorm;
import dev.mycel.nn.layer.MaxPool2d;
import dev.mycel.nn.layer.ReLU;
import dev.mycel.nn.loss.SoftmaxCrossEntropyWithLogits;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

@MycelTest
class PrecisionTest {
  private static final class Halving extends Cell2<Tensor, Tensor, Pair<Tensor, Tensor>> {
    @Override
    protected Pair<Tensor, Tensor> construct(Tensor x, Tensor y) {
      return castInputs(new Pair<>(x, y), DType.FLOAT16);
    }
  }

  @Test
  void castInputsCastsEveryTensor() {
    Pair<Tensor, Tensor> out = new Halving().call(Ops.ones(2), Tensor.of(new int[] {1, 2}));
    assertEquals(DType.FLOAT16, out.first().dtype());
    assertEquals(DType.FLOAT16, out.second().dtype());
    assertEquals("[1. 2.]", out.second().toString());
  }

  /** Notes the dtypes that pass it. */
  private static final class Probe extends Cell<Tensor, Tensor> {
    private final transient List<DType> seen;

    Probe(List<DType> seen) {
      this.seen = seen;
    }

    @Override
    protected Tensor construct(Tensor x) {
      seen.add(x.dtype());
      return x;
    }
  }

  private final List<DType> seen = new ArrayList<>();

  private SequentialCell network() {
    return new SequentialCell(
        new Conv2d(1, 4, 3),
        new Probe(seen),
        new BatchNorm2d(4),
        new Probe(seen),
        new ReLU(),
        new Probe(seen),
        new MaxPool2d(2, 2),
        new Flatten(),
        new Dense(16, 3),
        new Probe(seen));
  }

  private static Tensor images() {
    Random.setSeed(5);
    return Random.randn(2, 1, 4, 4);
  }

  @Test
  void laterCallsOverruleEarlierOnes() {
    SequentialCell net = network();
    net.toFloat(FLOAT16);
    net.get(2).toFloat(FLOAT32);
    net.call(images());
    assertEquals(List.of(FLOAT16, FLOAT32, FLOAT16, FLOAT16), seen);
    assertEquals(Optional.of(FLOAT32), net.get(2).computeType());
    net.toFloat(FLOAT16);
    seen.clear();
    net.call(images());
    assertEquals(List.of(FLOAT16, FLOAT16, FLOAT16, FLOAT16), seen);
  }

  @Test
  void parametersGradientsAndStatisticsKeepTheirDtype() {
    SequentialCell net = network();
    net.toFloat(FLOAT16);
    net.setTrain(true);
    var loss = new SoftmaxCrossEntropyWithLogits(true, Reduction.MEAN).toFloat(FLOAT32);
    var step = new WithLossCell<>(net, loss);
    Tensor labels = Tensor.of(new int[] {0, 2}, 2);
    var r =
        Autograd.valueAndGrad(step, step.trainableParams())
            .apply(new dev.mycel.core.Pair<>(images(), labels));
    assertEquals(FLOAT32, r.value().dtype());
    for (Tensor grad : r.grads()) {
      assertEquals(FLOAT32, grad.dtype());
      assertTrue(grad.isFinite().all().itemBoolean());
    }
    net.getParameters().forEach(p -> assertEquals(FLOAT32, p.value().dtype()));
    assertTrue(((BatchNorm2d) net.get(2)).movingMean().value().abs().sum().item() > 0);
    assertSame(Precision.NONE, Precision.current());
  }

  @Test
  void aCellThatJoinsLaterTakesItsCallersPrecision() {
    SequentialCell net = new SequentialCell(new Dense(4, 4));
    net.toFloat(BFLOAT16);
    net.append(new Dense(4, 4)).append(new Probe(seen));
    net.call(Random.randn(2, 4));
    assertEquals(List.of(BFLOAT16), seen);
  }

  @Test
  void withoutPrecisionTypesJoin() {
    Tensor half = Random.randn(2, 4).cast(FLOAT16);
    assertEquals(FLOAT32, new Dense(4, 3).call(half).dtype());
    assertEquals(FLOAT16, Dense.builder(4, 3).dtype(FLOAT16).build().call(half).dtype());
    assertEquals(FLOAT64, new Dense(4, 3).call(half.cast(FLOAT64)).dtype());
    assertEquals(FLOAT16, new LayerNorm(4).call(half).dtype());
    assertEquals(FLOAT16, new GroupNorm(2, 4).call(half).dtype());
  }

  @Test
  void normsOfHalfTypesComputeInFloat32() {
    Random.setSeed(2);
    Tensor x = Random.randn(3, 8).mul(100);
    Tensor exact = new LayerNorm(8).call(x.cast(FLOAT16).cast(FLOAT32));
    Tensor half = new LayerNorm(8).call(x.cast(FLOAT16));
    assertTrue(half.cast(FLOAT32).allClose(exact, 1e-3, 1e-3));
  }

  /**
   * Calls another cell, notes what an operation gives before and after, and survives its errors.
   */
  private static final class Outer extends Cell<Tensor, Tensor> {
    private final Cell<Tensor, Tensor> inner;
    private final transient List<DType> seen;

    Outer(Cell<Tensor, Tensor> inner, List<DType> seen) {
      this.inner = inner;
      this.seen = seen;
    }

    @Override
    protected Tensor construct(Tensor x) {
      seen.add(x.add(1).dtype());
      try {
        seen.add(inner.call(x).dtype());
      } catch (RuntimeException e) {
        seen.add(DType.BOOL);
      }
      seen.add(x.add(1).dtype());
      return x;
    }
  }

  private static final class Failing extends Cell<Tensor, Tensor> {
    @Override
    protected Tensor construct(Tensor x) {
      throw new IllegalStateException("on purpose");
    }
  }

  @Test
  void aNestedCallsTypeEndsWithTheCall() {
    Outer net = new Outer(new Dense(4, 4), seen);
    net.toFloat(FLOAT16);
    net.inner.toFloat(FLOAT32);
    net.call(Random.randn(2, 4));
    assertEquals(List.of(FLOAT16, FLOAT32, FLOAT16), seen);
  }

  @Test
  void aNestedErrorPutsTheCallersTypeBack() {
    Outer net = new Outer(new Failing(), seen);
    net.toFloat(FLOAT16);
    net.inner.toFloat(BFLOAT16);
    net.call(Random.randn(2, 4));
    assertEquals(List.of(FLOAT16, DType.BOOL, FLOAT16), seen);
    assertSame(Precision.NONE, Precision.current());
  }

  @Test
  void functionsThatACellCallsComputeInItsType() {
    Dense dense = new Dense(4, 4);
    Tensor constant = Random.randn(2, 4);
    Outer net =
        new Outer(
            new Cell<Tensor, Tensor>() {
              private final transient Dense elsewhere = dense;

              @Override
              protected Tensor construct(Tensor x) {
                return shifted(elsewhere.call(x), constant);
              }
            },
            seen);
    net.toFloat(BFLOAT16);
    net.call(Random.randn(2, 4));
    assertEquals(List.of(BFLOAT16, BFLOAT16, BFLOAT16), seen);
    assertEquals(FLOAT32, constant.dtype());
    assertEquals(FLOAT32, shifted(dense.call(Random.randn(2, 4)), constant).dtype());
  }

  private static Tensor shifted(Tensor x, Tensor by) {
    return x.add(by);
  }

  @Test
  void gradientsTakenInsideACellAreThoseTakenOutside() {
    Random.setSeed(9);
    Dense dense = new Dense(4, 1);
    dense.toFloat(FLOAT16);
    Tensor x = Random.randn(3, 4);
    Tensor outside = Autograd.grad((Tensor t) -> dense.call(t)).apply(x);
    Cell<Tensor, Tensor> inside =
        new Cell<>() {
          private final transient Dense elsewhere = dense;

          @Override
          protected Tensor construct(Tensor in) {
            return Autograd.grad((Tensor t) -> elsewhere.call(t)).apply(in);
          }
        };
    inside.toFloat(BFLOAT16);
    assertEquals(FLOAT32, outside.dtype());
    assertTrue(inside.call(x).sameAs(outside));
  }

  @Test
  void onlyThreeTypesCanBeComputedIn() {
    for (DType wrong : new DType[] {INT32, FLOAT64, DType.BOOL}) {
      assertThrows(DTypeException.class, () -> new Dense(1, 1).toFloat(wrong));
    }
  }
}
