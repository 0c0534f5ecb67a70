package dev.mycel.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.autograd.Autograd;
import dev.mycel.core.DType;
import dev.mycel.core.Mycel;
import dev.mycel.core.Ops;
import dev.mycel.core.Random;
import dev.mycel.core.Scope;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import dev.mycel.junit.MycelTest;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clipping by the global norm. */
@MycelTest
class ClippingTest {
  @AfterEach
  void asBefore() {
    Mycel.setBackend("onednn");
  }

  private static List<Tensor> gradients() {
    return List.of(
        Random.normal(Shape.of(200, 1000), 0, 3, 5),
        Random.normal(Shape.of(7), 0, 3, 6),
        Random.normal(Shape.of(40, 50), 0, 3, 7).transpose(1, 0));
  }

  private static double norm(List<Tensor> tensors) {
    double sum = 0;
    for (Tensor t : tensors) {
      for (float v : t.toFloatArray()) {
        sum += (double) v * v;
      }
    }
    return Math.sqrt(sum);
  }

  @ParameterizedTest
  @ValueSource(strings = {"onednn", "reference"})
  void theNormIsThatOfAllTensorsTogether(String backend) {
    Mycel.setBackend(backend);
    List<Tensor> g = gradients();
    double right = norm(g);
    assertEquals(right, Clipping.globalNorm(g).item(), 1e-6 * right);
  }

  @ParameterizedTest
  @ValueSource(strings = {"onednn", "reference"})
  void halfTypesAreSummedInFloat32AndOneDoubleMakesADouble(String backend) {
    Mycel.setBackend(backend);
    Tensor halves = Ops.full(Shape.of(4096), 1, DType.BFLOAT16);
    Tensor norm = Clipping.globalNorm(List.of(halves));
    assertEquals(DType.FLOAT32, norm.dtype());
    assertEquals(64, norm.item());
    Tensor wide = Ops.full(Shape.of(2), 1, DType.FLOAT64);
    assertEquals(DType.FLOAT64, Clipping.globalNorm(List.of(halves, wide)).dtype());
  }

  @ParameterizedTest
  @ValueSource(strings = {"onednn", "reference"})
  void aLargerNormIsBroughtToTheBound(String backend) {
    Mycel.setBackend(backend);
    List<Tensor> g = gradients();
    double factor = 2.5 / norm(g);
    List<Tensor> clipped = Clipping.clipByGlobalNorm(g, 2.5);
    assertEquals(2.5, norm(clipped), 1e-5);
    for (int i = 0; i < g.size(); i++) {
      float[] from = g.get(i).toFloatArray();
      float[] right = new float[from.length];
      for (int k = 0; k < right.length; k++) {
        right[k] = (float) (from[k] * factor);
      }
      assertArrayEquals(right, clipped.get(i).toFloatArray(), 1e-6f);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"onednn", "reference"})
  void aSmallerNormLeavesTheTensorsThemselves(String backend) {
    Mycel.setBackend(backend);
    List<Tensor> g = gradients();
    List<Tensor> same = Clipping.clipByGlobalNorm(g, 1e6);
    for (int i = 0; i < g.size(); i++) {
      assertSame(g.get(i), same.get(i));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"onednn", "reference"})
  void notANumberSpreadsToAll(String backend) {
    Mycel.setBackend(backend);
    Tensor bad = Tensor.of(new float[] {1, Float.NaN});
    for (Tensor t : Clipping.clipByGlobalNorm(List.of(Ops.ones(3), bad), 1e6)) {
      for (float v : t.toFloatArray()) {
        assertTrue(Float.isNaN(v));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"onednn", "reference"})
  void theGradientOfTheNormIsTheDirection(String backend) {
    Mycel.setBackend(backend);
    Tensor x = Tensor.of(new float[] {3, 4});
    Tensor g = Autograd.grad((Tensor t) -> Clipping.globalNorm(List.of(t))).apply(x);
    assertArrayEquals(new float[] {0.6f, 0.8f}, g.toFloatArray(), 1e-6f);
    for (double bound : new double[] {1, 100}) {
      Tensor d =
          Autograd.grad((Tensor t) -> Clipping.clipByGlobalNorm(List.of(t), bound).get(0).sum())
              .apply(x);
      // Of b t / |t| it is b (1 - u sum(u)) / |t| with the direction u.
      float[] right = bound > 5 ? new float[] {1, 1} : new float[] {0.032f, -0.024f};
      assertArrayEquals(right, d.toFloatArray(), 1e-6f);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void theNormHasTheSameBitsOnAnyNumberOfThreads(int threads) {
    Mycel.setBackend("onednn");
    int before = Mycel.threads();
    Tensor x = Random.normal(Shape.of(777, 1001), 0, 1, 9);
    try {
      Mycel.setThreads(1);
      double right = Clipping.globalNorm(List.of(x)).item();
      Mycel.setThreads(threads);
      assertEquals(right, Clipping.globalNorm(List.of(x)).item());
    } finally {
      Mycel.setThreads(before);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1 << 20})
  void theNormStoresNoSquares(int size) {
    Mycel.setBackend("onednn");
    try (Scope scope = Scope.open()) {
      Tensor x = Ops.ones(size);
      Mycel.trimMemory();
      long before = Mycel.memory().liveBytes() + Mycel.memory().cachedBytes();
      assertEquals(1024, Clipping.globalNorm(List.of(x)).item());
      long after = Mycel.memory().liveBytes() + Mycel.memory().cachedBytes();
      assertEquals(before, after);
    }
  }
}
