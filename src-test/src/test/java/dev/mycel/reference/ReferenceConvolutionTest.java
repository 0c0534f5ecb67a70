package dev.mycel.reference;

import static dev.mycel.reference.ReferenceCalls.run;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mycel.core.Attrs;
import dev.mycel.core.DType;
import dev.mycel.core.Prims;
import dev.mycel.core.Shape;
import dev.mycel.core.spi.Buffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Convolutions of random geometry against the definition, and gradients against the transpose. */
final class ReferenceConvolutionTest {
  private static final int ROUNDS = 200;

  /** Small whole numbers, so that every order of summation gives the same doubles. */
  private static Buffer whole(Random random, Shape shape) {
    double[] values = new double[(int) shape.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextInt(9) - 4;
    }
    return ReferenceCalls.buffer(DType.FLOAT64, values, shape.dims());
  }

  private static double dot(Buffer a, Buffer b) {
    double[] x = (double[]) a.array();
    double[] y = (double[]) b.array();
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      sum += x[i] * y[i];
    }
    return sum;
  }

  private record Problem(Attrs.Conv conv, Shape x, Shape w) {
    static Problem random(Random r) {
      long[] strides = {1 + r.nextInt(3), 1 + r.nextInt(3)};
      long[] dilation = {1 + r.nextInt(2), 1 + r.nextInt(3)};
      long[] low = {r.nextInt(4) - 1, r.nextInt(4) - 1};
      long[] high = {r.nextInt(4) - 1, r.nextInt(4) - 1};
      int groups = 1 + r.nextInt(3);
      Shape x = Shape.of(1 + r.nextInt(2), 2L * groups, 8 + r.nextInt(3), 10 + r.nextInt(3));
      Shape w = Shape.of((1L + r.nextInt(2)) * groups, 2, 1 + r.nextInt(3), 1 + r.nextInt(3));
      return new Problem(new Attrs.Conv(strides, low, high, dilation, groups), x, w);
    }

    /** The definition, one sum per result. */
    double at(double[] in, double[] weight, long n, long o, long oy, long ox) {
      long perGroup = w.dim(0) / conv.groups();
      double sum = 0;
      for (long c = 0; c < w.dim(1); c++) {
        for (long ky = 0; ky < w.dim(2); ky++) {
          for (long kx = 0; kx < w.dim(3); kx++) {
            long y = oy * conv.strides()[0] - conv.padLow()[0] + ky * conv.dilation()[0];
            long z = ox * conv.strides()[1] - conv.padLow()[1] + kx * conv.dilation()[1];
            if (y >= 0 && y < x.dim(2) && z >= 0 && z < x.dim(3)) {
              long channel = o / perGroup * w.dim(1) + c;
              long from = ((n * x.dim(1) + channel) * x.dim(2) + y) * x.dim(3) + z;
              long tap = ((o * w.dim(1) + c) * w.dim(2) + ky) * w.dim(3) + kx;
              sum += in[(int) from] * weight[(int) tap];
            }
          }
        }
      }
      return sum;
    }
  }

  @Test
  void convolutionAgreesWithItsDefinition() {
    for (int seed = 0; seed < ROUNDS; seed++) {
      Random random = new Random(seed);
      Problem p = Problem.random(random);
      Buffer x = whole(random, p.x());
      Buffer w = whole(random, p.w());
      Buffer y = ReferenceCalls.all(Prims.CONV, p.conv(), x, w)[0];
      double[] expected = new double[(int) y.size()];
      int i = 0;
      for (long n = 0; n < y.shape().dim(0); n++) {
        for (long o = 0; o < y.shape().dim(1); o++) {
          for (long oy = 0; oy < y.shape().dim(2); oy++) {
            for (long ox = 0; ox < y.shape().dim(3); ox++) {
              expected[i++] = p.at((double[]) x.array(), (double[]) w.array(), n, o, oy, ox);
            }
          }
        }
      }
      assertArrayEquals(expected, (double[]) y.array(), "seed " + seed + ": " + p);
    }
  }

  @Test
  void gradientsAreTheTransposesOfTheConvolution() {
    for (int seed = 0; seed < ROUNDS; seed++) {
      Random random = new Random(seed);
      Problem p = Problem.random(random);
      Buffer x = whole(random, p.x());
      Buffer w = whole(random, p.w());
      Buffer y = ReferenceCalls.all(Prims.CONV, p.conv(), x, w)[0];
      Buffer dy = whole(random, y.shape());
      Attrs.ConvGrad forX = new Attrs.ConvGrad(p.conv(), p.x());
      Attrs.ConvGrad forW = new Attrs.ConvGrad(p.conv(), p.w());
      Buffer dx = ReferenceCalls.all(Prims.CONV_INPUT_GRAD, forX, dy, w)[0];
      Buffer dw = ReferenceCalls.all(Prims.CONV_WEIGHT_GRAD, forW, x, dy)[0];
      double expected = dot(y, dy);
      assertEquals(expected, dot(x, dx), "seed " + seed + ": input of " + p);
      assertEquals(expected, dot(w, dw), "seed " + seed + ": weight of " + p);
    }
  }

  @Test
  void poolingGradientsAreTheTransposesOfPooling() {
    for (int seed = 0; seed < ROUNDS; seed++) {
      Random random = new Random(seed);
      Problem p = Problem.random(random);
      Attrs.Conv c = p.conv();
      long[] size = {p.w().dim(2), p.w().dim(3)};
      Attrs.Window window =
          new Attrs.Window(size, c.strides(), c.padLow(), c.padHigh(), c.dilation(), seed % 2 == 0);
      Attrs.WindowGrad back = new Attrs.WindowGrad(window, p.x());
      Buffer x = whole(random, p.x());
      Buffer[] max = ReferenceCalls.all(Prims.MAX_POOL, window, x);
      Buffer dy = whole(random, max[0].shape());
      Buffer picked = ReferenceCalls.all(Prims.MAX_POOL_GATHER, window, x, max[1])[0];
      Buffer scattered = ReferenceCalls.all(Prims.MAX_POOL_SCATTER, back, dy, max[1])[0];
      assertEquals(dot(picked, dy), dot(x, scattered), "seed " + seed);
      Buffer mean = ReferenceCalls.all(Prims.AVG_POOL, window, x)[0];
      Buffer spread = ReferenceCalls.all(Prims.AVG_POOL_GRAD, back, dy)[0];
      assertEquals(dot(mean, dy), dot(x, spread), 1e-9, "seed " + seed);
      // Where a window touches the input at all, its maximum is the element at its place.
      double[] values = (double[]) max[0].array();
      double[] elements = (double[]) run(Prims.MAX_POOL_GATHER, window, x, max[1]);
      for (int i = 0; i < values.length; i++) {
        double expected = values[i] == Double.NEGATIVE_INFINITY ? 0 : values[i];
        assertEquals(expected, elements[i], "seed " + seed);
      }
    }
  }
}
