package dev.mycel.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.DType;
import dev.mycel.core.Ops;
import dev.mycel.core.Random;
import dev.mycel.core.Shape;
import dev.mycel.core.ShapeException;
import dev.mycel.core.Tensor;
import dev.mycel.junit.MycelTest;
import dev.mycel.nn.init.Constant;
import dev.mycel.nn.init.Dirac;
import dev.mycel.nn.init.HeNormal;
import dev.mycel.nn.init.HeUniform;
import dev.mycel.nn.init.Identity;
import dev.mycel.nn.init.Initializer;
import dev.mycel.nn.init.Initializers;
import dev.mycel.nn.init.Mode;
import dev.mycel.nn.init.Noise;
import dev.mycel.nn.init.Nonlinearity;
import dev.mycel.nn.init.Normal;
import dev.mycel.nn.init.Orthogonal;
import dev.mycel.nn.init.Sparse;
import dev.mycel.nn.init.TruncatedNormal;
import dev.mycel.nn.init.Uniform;
import dev.mycel.nn.init.VarianceScaling;
import dev.mycel.nn.init.XavierNormal;
import dev.mycel.nn.init.XavierUniform;
import dev.mycel.nn.layer.Conv2d;
import dev.mycel.nn.layer.Dense;
import dev.mycel.nn.layer.Embedding;
import java.util.List;
import org.apache.commons.math3.distribution.NormalDistribution;
import org.apache.commons.math3.distribution.RealDistribution;
import org.apache.commons.math3.distribution.UniformRealDistribution;
import org.apache.commons.math3.stat.inference.KolmogorovSmirnovTest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@MycelTest
class InitializerTest {
  private static final long SEED = 20;

  @BeforeEach
  void seed() {
    Random.setSeed(SEED);
    System.out.println("seed " + SEED);
  }

  private static double[] values(Initializer init, long... shape) {
    Tensor made = Initializers.initializer(init, Shape.of(shape)).initData();
    return made.cast(DType.FLOAT64).toDoubleArray();
  }

  /** A Kolmogorov-Smirnov test at a level that a right sampler fails once in a thousand seeds. */
  private static void assertDrawnFrom(RealDistribution d, double[] values) {
    double p = new KolmogorovSmirnovTest().kolmogorovSmirnovTest(d, values);
    assertTrue(p > 1e-3, "p = " + p + " for " + d.getClass().getSimpleName());
  }

  private static void assertUniform(double bound, double[] values) {
    assertDrawnFrom(new UniformRealDistribution(-bound, bound), values);
    for (double v : values) {
      assertTrue(v >= -bound * 1.000001 && v <= bound * 1.000001, "value " + v);
    }
  }

  @Test
  void defaultsFollowMindSpore() {
    assertUniform(0.07, values(new Uniform(), 50, 40));
    assertDrawnFrom(new NormalDistribution(0, 0.01), values(new Normal(), 50, 40));
    assertDrawnFrom(new NormalDistribution(0, 0.01), values(new TruncatedNormal(), 50, 40));
    assertUniform(Math.sqrt(6.0 / 50), values(new XavierUniform(), 20, 30));
    assertDrawnFrom(new NormalDistribution(0, 0.2), values(new XavierNormal(), 20, 30));
    assertUniform(Math.sqrt(2) * Math.sqrt(3.0 / 30), values(new HeUniform(), 20, 30));
    assertDrawnFrom(new NormalDistribution(0, Math.sqrt(2.0 / 30)), values(new HeNormal(), 20, 30));
  }

  @Test
  void fansCountTheKernel() {
    assertUniform(2 * Math.sqrt(6.0 / (27 + 36)), values(new XavierUniform(2), 4, 3, 3, 3));
    HeNormal out = new HeNormal(0, Mode.FAN_OUT, Nonlinearity.RELU);
    assertDrawnFrom(new NormalDistribution(0, Math.sqrt(2.0 / 108)), values(out, 12, 3, 3, 3));
    HeUniform tanh = new HeUniform(0, Mode.FAN_OUT, Nonlinearity.TANH);
    assertUniform(5.0 / 3 * Math.sqrt(3.0 / 108), values(tanh, 12, 3, 3, 3));
  }

  @Test
  void aTruncatedNormalStaysBetweenItsBounds() {
    double[] v = values(new TruncatedNormal(1, 0, -0.5, 1), 40, 50);
    NormalDistribution whole = new NormalDistribution(0, 1);
    double low = whole.cumulativeProbability(-0.5);
    double high = whole.cumulativeProbability(1);
    double[] u = new double[v.length];
    for (int i = 0; i < v.length; i++) {
      assertTrue(v[i] >= -0.5 && v[i] <= 1, "value " + v[i]);
      u[i] = (whole.cumulativeProbability(v[i]) - low) / (high - low);
    }
    assertDrawnFrom(new UniformRealDistribution(0, 1), u);
  }

  @Test
  void varianceScalingKeepsTheVarianceAsDocumented() {
    double[] v = values(new VarianceScaling(), 100, 64);
    double sum = 0;
    for (double x : v) {
      sum += x * x;
      assertTrue(Math.abs(x) <= 2 * 0.125 / 0.8796256610342398 + 1e-6);
    }
    assertEquals(1.0 / 64, sum / v.length, 0.1 / 64);
    assertUniform(
        0.6,
        values(new VarianceScaling(3, Mode.FAN_AVG, VarianceScaling.Distribution.UNIFORM), 20, 30));
  }

  @Test
  void sparseZeroesAShareOfEachColumn() {
    double[] v = values(new Sparse(0.25, 0.1), 10, 6);
    for (int c = 0; c < 6; c++) {
      int zeros = 0;
      for (int r = 0; r < 10; r++) {
        zeros += v[r * 6 + c] == 0 ? 1 : 0;
      }
      assertEquals(3, zeros);
    }
  }

  @Test
  void orthogonalRowsOrColumnsAreOrthonormal() {
    for (long[] shape : List.of(new long[] {4, 6}, new long[] {6, 4}, new long[] {3, 2, 3, 3})) {
      Tensor q = Initializers.initializer(new Orthogonal(2), Shape.of(shape)).initData();
      Tensor m = q.reshape(shape[0], -1).cast(DType.FLOAT64);
      Tensor gram = m.dim(0) <= m.dim(1) ? m.matmul(m.transpose()) : m.transpose().matmul(m);
      Tensor expected = Ops.eye(gram.dim(0), gram.dim(0), DType.FLOAT64).mul(4);
      assertTrue(gram.allClose(expected, 0, 1e-5), gram.toString());
    }
  }

  @Test
  void exactValues() {
    assertArrayEquals(new double[] {1, 0, 0, 0, 0, 1, 0, 0}, values(new Identity(), 2, 4));
    double[] dirac = values(new Dirac(2), 4, 2, 3);
    double[] expected = new double[24];
    expected[1] = 1;
    expected[10] = 1;
    expected[13] = 1;
    expected[22] = 1;
    assertArrayEquals(expected, dirac);
    assertEquals(
        0.5, Initializers.initializer(0.5, Shape.of(2), DType.BFLOAT16).initData().at(1).item());
    assertEquals(
        DType.INT32, Initializers.initializer("ones", Shape.of(2), DType.INT32).initData().dtype());
  }

  @Test
  void aliasesInAnyCaseMakeTheDefaults() {
    for (String alias :
        List.of(
            "zeros",
            "ONES",
            "uniform",
            "Normal",
            "truncatedNormal",
            "xavier_uniform",
            "XavierNormal",
            "he_uniform",
            "heNormal",
            "orthogonal",
            "varianceScaling")) {
      assertEquals(6, values(Initializers.of(alias), 2, 3).length, alias);
    }
    var e = assertThrows(ArgumentException.class, () -> Initializers.of("gaussian"));
    assertTrue(e.getMessage().contains("he_uniform"), e.getMessage());
  }

  @Test
  void wrongArgumentsAreRefusedAtOnce() {
    assertThrows(ArgumentException.class, () -> new Normal(-1));
    assertThrows(ArgumentException.class, () -> new Sparse(1.5));
    assertThrows(ArgumentException.class, () -> new Dirac(0));
    assertThrows(ArgumentException.class, () -> new TruncatedNormal(1, 0, 2, 1));
    assertThrows(ArgumentException.class, () -> new HeNormal(0, Mode.FAN_AVG, Nonlinearity.RELU));
    assertThrows(ShapeException.class, () -> values(new HeNormal(), 3));
    assertThrows(ShapeException.class, () -> values(new Identity(), 3, 3, 3));
    assertThrows(ShapeException.class, () -> values(new Dirac(2), 3, 3, 3));
    assertThrows(ShapeException.class, () -> values(new Orthogonal(), 3));
    assertThrows(ArgumentException.class, () -> values(new Normal(), 0, 3));
    assertThrows(
        ShapeException.class,
        () -> Initializers.initializer(Ops.zeros(2), Shape.of(3), DType.FLOAT32));
  }

  @Test
  void theSeedRepeatsAndTwoDrawsDiffer() {
    double[] a = values(new Normal(), 4, 4);
    double[] b = values(new Normal(), 4, 4);
    Random.setSeed(SEED);
    assertArrayEquals(a, values(new Normal(), 4, 4));
    assertFalse(java.util.Arrays.equals(a, b));
  }

  @Test
  void ownInitializersAreSmall() {
    Initializer ramp =
        new Initializer() {
          @Override
          protected int draws() {
            return 0;
          }

          @Override
          protected float[] fill(Shape shape, Noise noise) {
            float[] v = new float[(int) shape.size()];
            for (int i = 0; i < v.length; i++) {
              v[i] = i;
            }
            return v;
          }
        };
    assertArrayEquals(new double[] {0, 1, 2}, values(ramp, 3));
  }

  @Test
  void layersStartWithMindSporesDistributions() {
    Dense dense = new Dense(100, 40);
    assertUniform(0.1, dense.weight().value().cast(DType.FLOAT64).toDoubleArray());
    assertUniform(0.1, dense.bias().orElseThrow().value().cast(DType.FLOAT64).toDoubleArray());
    Conv2d conv = Conv2d.builder(4, 40, 3).group(2).hasBias(true).build();
    double bound = 1 / Math.sqrt(18);
    assertUniform(bound, conv.weight().value().cast(DType.FLOAT64).toDoubleArray());
    assertUniform(bound, conv.bias().orElseThrow().value().cast(DType.FLOAT64).toDoubleArray());
    Embedding table = Embedding.builder(30, 20).paddingIdx(1).build();
    Tensor row = table.embeddingTable().value().at(1);
    assertEquals(0, row.abs().sum().item());
    assertTrue(table.embeddingTable().value().at(0).abs().sum().item() > 0);
    assertEquals(
        2, Dense.builder(1, 2).weightInit(new Constant(1)).build().weight().value().sum().item());
  }
}
