package dev.mycel.nd4j;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.core.Attrs;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Mycel;
import dev.mycel.core.Prims;
import dev.mycel.core.Tensor;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the backend computes in loops of its own, where ND4J's results are too rough. */
class LoopsTest {
  private static final long SEED = 20261127;

  @AfterEach
  void onTheDefaultBackend() {
    Mycel.setBackend("onednn");
  }

  @Test
  void expm1AndLog1pAreWithinOneUnitInTheLastPlace() {
    Mycel.setBackend("nd4j");
    float[] x = floatsOfAllSizes();
    assertWithinOneUnit(x, Tensor::expm1, Math::expm1);
    assertWithinOneUnit(x, Tensor::log1p, Math::log1p);
  }

  /** Every sign and exponent with many mantissas, so denormals, infinities and NaN as well. */
  private static float[] floatsOfAllSizes() {
    float[] x = new float[1 << 20];
    for (int i = 0; i < x.length; i++) {
      x[i] = Float.intBitsToFloat((int) (i * 4099L) - i / 7);
    }
    float[] edges = {
      0f,
      -0f,
      1f,
      -1f,
      Math.nextUp(-1f),
      Math.nextDown(-1f),
      Math.nextUp(1f),
      Float.MIN_VALUE,
      -Float.MIN_VALUE,
      Float.MIN_NORMAL,
      Float.MAX_VALUE,
      -Float.MAX_VALUE,
      Float.NaN,
      88f,
      88.5f,
      88.72283f,
      88.72284f,
      89f,
      -16f,
      -17.4f,
      -88f,
      -104f,
      1e-4f,
      -1e-4f,
      0.0027f,
      -0.0027f,
      Float.POSITIVE_INFINITY,
      Float.NEGATIVE_INFINITY,
      0x1p-9f,
      -0x1p-9f,
      0x1p-29f,
      -0x1p-29f
    };
    System.arraycopy(edges, 0, x, 0, edges.length);
    return x;
  }

  private static void assertWithinOneUnit(
      float[] x, UnaryOperator<Tensor> op, DoubleUnaryOperator exact) {
    float[] found = op.apply(Tensor.of(x)).toFloatArray();
    for (int i = 0; i < x.length; i++) {
      float wanted = (float) exact.applyAsDouble(x[i]);
      int difference = Float.floatToIntBits(found[i]) - Float.floatToIntBits(wanted);
      assertTrue(
          Math.abs((long) difference) <= 1,
          () -> "of " + exact.applyAsDouble(0) + " beside " + wanted);
    }
  }

  @Test
  void poolsOfAnyWindowAreTheReferences() {
    SplittableRandom random = new SplittableRandom(SEED);
    float[] signs = {-0f, 0f, Float.NEGATIVE_INFINITY, Float.MIN_VALUE};
    float[] odd = {Float.NaN, Float.intBitsToFloat(0xFFC0_0001), -0f, 0f};
    for (int round = 0; round < 100; round++) {
      int h = random.nextInt(9, 15);
      int w = random.nextInt(9, 15);
      long[] size = both(random, 1, 5);
      // Mostly what has a loop; wider borders and gaps in the window have none.
      int border = round % 10 == 1 ? 5 : (int) Math.min(size[0], size[1]);
      Attrs.Window window =
          new Attrs.Window(
              size,
              both(random, 1, 4),
              both(random, 0, border),
              both(random, 0, border),
              both(random, 1, round % 10 == 2 ? 3 : 2),
              false);
      int channels = round % 25 == 0 ? 120 : 5; // in several pieces, or in one
      float[] values = new float[7 * channels * h * w];
      for (int i = 0; i < values.length; i++) {
        float[] others = round % 4 == 0 ? odd : signs;
        boolean other = round % 2 == 0 && random.nextInt(5) < 2;
        values[i] = other ? others[random.nextInt(others.length)] : random.nextInt(-4, 2) / 2f;
      }
      Tensor[] wanted = pooled("reference", values, channels, h, window);
      Tensor[] found = pooled("nd4j", values, channels, h, window);
      assertArrayEquals(wanted[0].toFloatArray(), found[0].toFloatArray(), window.toString());
      assertArrayEquals(wanted[1].toDoubleArray(), found[1].toDoubleArray(), window.toString());
    }
  }

  private static long[] both(SplittableRandom random, int from, int to) {
    return new long[] {random.nextInt(from, to), random.nextInt(from, to)};
  }

  private static Tensor[] pooled(
      String backend, float[] values, int channels, int h, Attrs.Window a) {
    Mycel.setBackend(backend);
    int w = values.length / (7 * channels * h);
    return Interpreters.bindAll(Prims.MAX_POOL, a, Tensor.of(values, 7, channels, h, w));
  }

  @Test
  void extremesOfLongAndShortRowsAreTheReferences() {
    for (int[] shape : new int[][] {{1, 100_001}, {3, 4000}, {300, 257}, {2000, 3}, {40, 256}}) {
      float[] values = new float[shape[0] * shape[1]];
      SplittableRandom random = new SplittableRandom(SEED);
      for (int i = 0; i < values.length; i++) {
        values[i] = random.nextInt(9) == 0 ? -0f : random.nextInt(-200, 300) / 4f;
      }
      values[values.length - 2] = Float.NaN;
      values[values.length - 1] = Float.NaN;
      for (int axis = 0; axis < 2; axis++) {
        int a = axis;
        same(values, shape, x -> x.max(a));
        same(values, shape, x -> x.min(a));
        same(values, shape, x -> x.argmax(a));
        same(values, shape, x -> x.argmin(a));
      }
      same(values, shape, x -> x.max());
      same(values, shape, x -> x.min());
    }
  }

  private static void same(float[] values, int[] shape, UnaryOperator<Tensor> op) {
    Mycel.setBackend("reference");
    double[] wanted = op.apply(Tensor.of(values, shape[0], shape[1])).toDoubleArray();
    Mycel.setBackend("nd4j");
    double[] found = op.apply(Tensor.of(values, shape[0], shape[1])).toDoubleArray();
    assertArrayEquals(wanted, found);
  }

  @Test
  void everyPieceOfALoopRunsOnce() {
    Nd4jBackend backend = Nd4jProvider.opened();
    for (int round = 0; round < 200; round++) {
      AtomicLongArray counts = new AtomicLongArray(1000);
      Team.run(
          backend,
          1000,
          7,
          (from, to) -> {
            for (long i = from; i < to; i++) {
              counts.incrementAndGet((int) i);
            }
          });
      for (int i = 0; i < counts.length(); i++) {
        assertEquals(1, counts.get(i));
      }
    }
  }

  @Test
  void aFailureInAnyPieceIsTheCallers() {
    Nd4jBackend backend = Nd4jProvider.opened();
    for (long bad = 0; bad < 50; bad++) {
      long piece = bad;
      assertThrows(
          ArithmeticException.class,
          () ->
              Team.run(
                  backend,
                  50,
                  1,
                  (from, to) -> {
                    if (from == piece) {
                      throw new ArithmeticException("piece " + from);
                    }
                  }));
    }
  }
}
