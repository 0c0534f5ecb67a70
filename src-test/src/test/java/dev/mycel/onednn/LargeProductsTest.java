package dev.mycel.onednn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.core.DType;
import dev.mycel.core.Generator;
import dev.mycel.core.Index;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Mycel;
import dev.mycel.core.None;
import dev.mycel.core.Ops;
import dev.mycel.core.Prims;
import dev.mycel.core.Random;
import dev.mycel.core.Tensor;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Products, large or with a vector, for which another implementation or another layout of the
 * weight is chosen.
 */
class LargeProductsTest {
  @AfterEach
  void onTheDefaultBackend() {
    Mycel.setBackend("onednn");
  }

  private static Tensor drawn(long seed, boolean turned, long rows, long columns) {
    Generator numbers = new Generator(seed);
    return turned
        ? Random.randn(numbers, columns, rows).transpose(1, 0)
        : Random.randn(numbers, rows, columns);
  }

  private static float[] product(
      String backend, long m, long k, long n, boolean left, boolean right) {
    Mycel.setBackend(backend);
    try (Tensor a = drawn(1, left, m, k);
        Tensor b = drawn(2, right, k, n);
        Tensor c = a.matmul(b)) {
      assertEquals(DType.FLOAT32, c.dtype());
      return c.toFloatArray();
    }
  }

  @Test
  void transposedAndPlainOperandsGiveTheProductOfTheReference() {
    long[][] sizes = {
      {400, 300, 260},
      {256, 1030, 128},
      {1025, 33, 1000},
      {3, 4000, 3000},
      {1024, 300, 136}, // rows of the transposed one lie a page apart
      {3072, 131, 260}
    };
    for (long[] s : sizes) {
      for (int turned = 0; turned < 4; turned++) {
        boolean left = (turned & 1) != 0;
        boolean right = (turned & 2) != 0;
        String what = Arrays.toString(s) + ", transposed: " + left + ", " + right;
        close(
            product("reference", s[0], s[1], s[2], left, right),
            product("onednn", s[0], s[1], s[2], left, right),
            what);
      }
    }
  }

  private static float[] ofColumns(String backend) {
    Mycel.setBackend(backend);
    Tensor wide = drawn(3, false, 300, 2048);
    Tensor left = wide.get(Index.all(), Index.range(5, 1100)).transpose(1, 0);
    return left.matmul(drawn(4, false, 300, 136)).toFloatArray();
  }

  @Test
  void columnsOfAWiderMatrixTransposedGiveTheProductOfTheReference() {
    close(ofColumns("reference"), ofColumns("onednn"), "columns 5 to 1099 of 2048");
  }

  @Test
  void whatIsNoNumberStaysInItsRow() {
    for (DType t : new DType[] {DType.FLOAT32, DType.BFLOAT16, DType.FLOAT16}) {
      for (long inner : new long[] {1, 31, 32, 33, 127}) {
        Tensor a = drawn(5, false, 17, inner).cast(t);
        Tensor odd = Ops.arange(17).reshape(17, 1).floorMod(2).eq(1);
        Tensor gaps = Ops.where(odd, Double.NaN, a);
        Tensor w = drawn(6, false, 19, inner).cast(t);
        Tensor[] products = {
          gaps.matmul(w.transpose(1, 0)),
          gaps.matmul(w.transpose(1, 0).copy()),
          Interpreters.bind(Prims.LINEAR, None.NONE, gaps, w)
        };
        for (Tensor product : products) {
          float[] found = product.cast(DType.FLOAT32).toFloatArray();
          for (int i = 0; i < found.length; i++) {
            assertEquals(i / 19 % 2 == 1, Float.isNaN(found[i]), t + ", " + inner + ", at " + i);
          }
        }
      }
    }
  }

  private static float[] ofVectors(String backend, DType t, long[] s, boolean left, boolean right) {
    Mycel.setBackend(backend);
    Generator numbers = new Generator(7);
    long[] a = {s[0], left ? s[2] : s[1], left ? s[1] : s[2]};
    long[] b = {s[0], right ? s[3] : s[2], right ? s[2] : s[3]};
    Tensor x = Random.randn(numbers, a).cast(DType.BFLOAT16).cast(t);
    Tensor y = Random.randn(numbers, b).cast(DType.BFLOAT16).cast(t);
    Tensor product = (left ? x.transpose(0, 2, 1) : x).matmul(right ? y.transpose(0, 2, 1) : y);
    return product.cast(DType.FLOAT32).toFloatArray();
  }

  @Test
  void vectorsTimesMatricesGiveWhatTheReferenceGives() {
    long[][] sizes = {
      {1, 1, 700, 1030},
      {5, 1, 129, 64},
      {1, 1, 3000, 16},
      {1, 900, 513, 1},
      {6, 33, 400, 1},
      {3, 1, 50, 1}
    };
    for (DType t : new DType[] {DType.FLOAT32, DType.BFLOAT16, DType.FLOAT16}) {
      for (long[] s : sizes) {
        for (int turned = 0; turned < 4; turned++) {
          boolean left = (turned & 1) != 0;
          boolean right = (turned & 2) != 0;
          close(
              ofVectors("reference", t, s, left, right),
              ofVectors("onednn", t, s, left, right),
              t + " " + Arrays.toString(s) + ", transposed: " + left + ", " + right,
              t == DType.FLOAT32 ? 1e-5 : 0.01);
        }
      }
    }
  }

  private static float[] linear(String backend, DType t, long rows, int biased, int uses) {
    Mycel.setBackend(backend);
    Tensor x = Random.randn(new Generator(3), rows, 40).cast(DType.BFLOAT16).cast(t);
    Tensor w = Random.randn(new Generator(4), 24, 40).cast(DType.BFLOAT16).cast(t);
    Tensor b = Random.randn(new Generator(5), 24).cast(DType.BFLOAT16).cast(t);
    float[] last = {};
    for (int i = 0; i < uses; i++) {
      Tensor y =
          biased == 0
              ? Interpreters.bind(Prims.LINEAR, None.NONE, x, w)
              : Interpreters.bind(Prims.LINEAR, None.NONE, x, w, b);
      last = y.cast(DType.FLOAT32).toFloatArray();
    }
    return last;
  }

  @Test
  void linearLayersOfManyRowsGiveWhatTheReferenceGives() {
    for (long rows : new long[] {1023, 1024, 2500}) {
      for (int biased = 0; biased < 2; biased++) {
        float[] right = linear("reference", DType.FLOAT32, rows, biased, 1);
        for (int uses = 1; uses <= 3; uses++) { // packed for the call, packed for good, and found
          String what = rows + " rows, biased " + biased + ", use " + uses;
          close(right, linear("onednn", DType.FLOAT32, rows, biased, uses), what);
          float[] narrow = linear("onednn", DType.BFLOAT16, rows, biased, uses);
          for (int i = 0; i < right.length; i++) {
            double tolerance = 0.01 * Math.max(1, Math.abs(right[i]));
            assertEquals(right[i], narrow[i], tolerance, what + ", bfloat16, element " + i);
          }
        }
      }
    }
  }

  /** To some roundings of the largest element: sums run in another order. */
  private static void close(float[] right, float[] found, String what) {
    close(right, found, what, 1e-5);
  }

  static void close(float[] right, float[] found, String what, double tolerance) {
    assertEquals(right.length, found.length, what);
    double largest = 0;
    double error = 0;
    for (int i = 0; i < right.length; i++) {
      largest = Math.max(largest, Math.abs(right[i]));
      error = Math.max(error, Math.abs((double) right[i] - found[i]));
    }
    assertTrue(error <= tolerance * largest, what + ": off by " + error + " of " + largest);
  }
}
