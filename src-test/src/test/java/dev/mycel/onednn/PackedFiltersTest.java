package dev.mycel.onednn;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mycel.core.Attrs;
import dev.mycel.core.DType;
import dev.mycel.core.Generator;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Mycel;
import dev.mycel.core.Prims;
import dev.mycel.core.Random;
import dev.mycel.core.Tensor;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Convolutions whose filters are brought into the library's blocks on two ways, and of few
 * channels.
 */
class PackedFiltersTest {
  @AfterEach
  void onTheDefaultBackend() {
    Mycel.setBackend("onednn");
  }

  private static float[] convolved(String backend, DType t, long[] filters, boolean dense) {
    Mycel.setBackend(backend);
    Generator numbers = new Generator(11);
    Attrs.Conv plain =
        new Attrs.Conv(
            new long[] {1, 1}, new long[] {0, 0}, new long[] {0, 0}, new long[] {1, 1}, 1);
    Tensor x = Random.randn(numbers, 2, filters[1], 9, 8).cast(DType.BFLOAT16).cast(t);
    Tensor w = Random.randn(numbers, filters).cast(DType.BFLOAT16).cast(t);
    if (!dense) {
      w = w.transpose(0, 1, 3, 2);
    }
    return Interpreters.bind(Prims.CONV, plain, x, w).cast(DType.FLOAT32).toFloatArray();
  }

  private static void compare(DType t, double tolerance) {
    long[][] sizes = {
      {70, 35, 3, 2},
      {128, 64, 1, 4},
      {64, 33, 5, 1},
      {512, 48, 3, 3},
      {3, 2, 2, 3},
      {6, 1, 5, 5},
      {16, 6, 5, 4},
      {64, 3, 3, 3}
    };
    for (long[] filters : sizes) {
      for (boolean dense : new boolean[] {true, false}) {
        LargeProductsTest.close(
            convolved("reference", DType.FLOAT32, filters, dense),
            convolved("onednn", t, filters, dense),
            t + " " + Arrays.toString(filters) + ", dense " + dense,
            tolerance);
      }
    }
  }

  @Test
  void filtersOfAnyExtentsGiveTheConvolutionOfTheReference() {
    compare(DType.FLOAT32, 1e-5);
  }

  @Test
  void filtersOfAHalfTypeGiveItWithinTheirRounding() {
    assumeTrue(Dnnl.computes(DType.BFLOAT16), "no bfloat16 on this chip");
    compare(DType.BFLOAT16, 1.0 / 256);
  }
}
