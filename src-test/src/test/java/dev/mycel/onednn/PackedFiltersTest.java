package dev.mycel.onednn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
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

/** Convolutions in a half type, whose filters are brought into the library's blocks on two ways. */
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

  @Test
  void filtersOfAnyExtentsGiveTheConvolutionOfTheReference() {
    assumeTrue(Dnnl.computes(DType.BFLOAT16), "no bfloat16 on this chip");
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
        float[] right = convolved("reference", DType.FLOAT32, filters, dense);
        double largest = 0;
        for (float each : right) {
          largest = Math.max(largest, Math.abs(each));
        }
        float[] found = convolved("onednn", DType.BFLOAT16, filters, dense);
        String what = Arrays.toString(filters) + ", dense " + dense;
        assertArrayEquals(right, found, (float) (largest / 256), what);
      }
    }
  }
}
