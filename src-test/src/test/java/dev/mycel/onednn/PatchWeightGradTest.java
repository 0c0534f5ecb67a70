package dev.mycel.onednn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mycel.core.Attrs;
import dev.mycel.core.DType;
import dev.mycel.core.Generator;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Mycel;
import dev.mycel.core.Prims;
import dev.mycel.core.Random;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Gradients of a convolution's weight by gathered patches are those of the reference. */
class PatchWeightGradTest {
  private static final int CASES = 60;

  @AfterEach
  void onTheDefaultBackend() {
    Mycel.setBackend("onednn");
  }

  private record Case(Attrs.Conv conv, Shape x, Shape w, Shape y) {}

  /** Strides, kernels and zeros of all sorts, also kernels wider than what they see. */
  private static Case draw(java.util.Random r) {
    while (true) {
      long[] kernel = {1 + r.nextInt(4), 1 + r.nextInt(4)};
      long[] strides = {1 + r.nextInt(3), 1 + r.nextInt(3)};
      long[] low = {r.nextInt(4), r.nextInt(4)};
      long[] high = {r.nextInt(4), r.nextInt(4)};
      long[] dilation = {1 + r.nextInt(2), 1};
      long[] in = {1 + r.nextInt(9), 1 + r.nextInt(9)};
      long[] out = new long[2];
      for (int i = 0; i < 2; i++) {
        long left = in[i] + low[i] + high[i] - (kernel[i] - 1) * dilation[i] - 1;
        out[i] = left < 0 ? 0 : left / strides[i] + 1;
      }
      if (out[0] > 0 && out[1] > 0) {
        long n = 1 + r.nextInt(40);
        long i = 32 + r.nextInt(9);
        long o = 32 + r.nextInt(9);
        return new Case(
            new Attrs.Conv(strides, low, high, dilation, 1),
            Shape.of(n, i, in[0], in[1]),
            Shape.of(o, i, kernel[0], kernel[1]),
            Shape.of(n, o, out[0], out[1]));
      }
    }
  }

  private static float[] gradient(Case c, String backend, DType computed, DType result, long seed) {
    Mycel.setBackend(backend);
    Generator numbers = new Generator(seed);
    Tensor x = rounded(numbers, c.x(), computed);
    Tensor dy = rounded(numbers, c.y(), computed);
    boolean wide = result == DType.FLOAT32 && computed == DType.BFLOAT16;
    Attrs.ConvGrad attrs = new Attrs.ConvGrad(c.conv(), c.w(), wide);
    Tensor made = Interpreters.bind(Prims.CONV_WEIGHT_GRAD, attrs, x, dy);
    assertEquals(result, made.dtype());
    return made.cast(DType.FLOAT32).toFloatArray();
  }

  private static Tensor rounded(Generator numbers, Shape shape, DType computed) {
    return Random.randn(numbers, shape.dims()).cast(DType.BFLOAT16).cast(computed);
  }

  @Test
  void everyStrideAndPaddingGivesTheGradientOfTheReference() {
    assumeTrue(Dnnl.computes(DType.BFLOAT16), "no bfloat16 on this chip");
    int gathered = 0;
    for (long seed = 0; seed < CASES; seed++) {
      Case c = draw(new java.util.Random(seed));
      float[] right = gradient(c, "reference", DType.FLOAT32, DType.FLOAT32, seed);
      double largest = 1;
      for (float each : right) {
        largest = Math.max(largest, Math.abs(each));
      }
      for (DType result : new DType[] {DType.FLOAT32, DType.BFLOAT16}) {
        float[] found = gradient(c, "onednn", DType.BFLOAT16, result, seed);
        double tolerance = (result == DType.FLOAT32 ? 1e-5 : 1.0 / 256) * largest;
        assertArrayEquals(right, found, (float) tolerance, "seed " + seed + ", " + c);
      }
      gathered += c.y().dim(2) * c.y().dim(3) <= 16 || c.conv().strides()[0] > 1 ? 1 : 0;
    }
    assertTrue(gathered > CASES / 2, gathered + " of " + CASES);
  }
}
