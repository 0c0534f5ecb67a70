package dev.mycel.nn;

import static dev.mycel.core.Fits.assertDrawnFrom;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.DType;
import dev.mycel.core.Mycel;
import dev.mycel.core.Ops;
import dev.mycel.core.Random;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import dev.mycel.junit.MycelTest;
import dev.mycel.nn.init.HeNormal;
import dev.mycel.nn.init.HeUniform;
import dev.mycel.nn.init.Initializer;
import dev.mycel.nn.init.Initializers;
import dev.mycel.nn.init.LazyTensor;
import dev.mycel.nn.init.Mode;
import dev.mycel.nn.init.Nonlinearity;
import dev.mycel.nn.init.Normal;
import dev.mycel.nn.init.Orthogonal;
import dev.mycel.nn.init.Sparse;
import dev.mycel.nn.init.TruncatedNormal;
import dev.mycel.nn.init.Uniform;
import dev.mycel.nn.init.VarianceScaling;
import dev.mycel.nn.init.VarianceScaling.Distribution;
import dev.mycel.nn.init.XavierNormal;
import dev.mycel.nn.init.XavierUniform;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.apache.commons.math3.distribution.BetaDistribution;
import org.apache.commons.math3.distribution.NormalDistribution;
import org.apache.commons.math3.distribution.UniformRealDistribution;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every random initialiser follows its law, on every backend alike. */
@MycelTest
class InitializerLawsTest {
  @BeforeEach
  void seed() {
    Random.setSeed(77);
  }

  private static double[] values(Initializer init, long... shape) {
    Tensor made = Initializers.initializer(init, Shape.of(shape)).initData();
    return made.cast(DType.FLOAT64).toDoubleArray();
  }

  /** What a normal distribution between two bounds makes of its numbers is uniform. */
  private static void assertTruncated(double sigma, double low, double high, double[] values) {
    NormalDistribution whole = new NormalDistribution(0, sigma);
    double from = whole.cumulativeProbability(low);
    double to = whole.cumulativeProbability(high);
    double[] u =
        Arrays.stream(values)
            .map(v -> (whole.cumulativeProbability(v) - from) / (to - from))
            .toArray();
    for (double v : values) {
      assertTrue(v >= (float) low && v <= (float) high, () -> "value " + v);
    }
    assertDrawnFrom(new UniformRealDistribution(0, 1), u);
  }

  @Test
  void varianceScalingFollowsTheThreeDistributions() {
    double wide = 0.1 / 0.8796256610342398;
    assertTruncated(
        wide,
        -2 * wide,
        2 * wide,
        values(new VarianceScaling(1, Mode.FAN_IN, Distribution.of("truncated_normal")), 60, 100));
    assertDrawnFrom(
        new NormalDistribution(0, Math.sqrt(2.0 / 60)),
        values(new VarianceScaling(2, Mode.FAN_OUT, Distribution.UNTRUNCATED_NORMAL), 60, 100));
    assertDrawnFrom(
        new UniformRealDistribution(-Math.sqrt(6.0 / 80), Math.sqrt(6.0 / 80)),
        values(new VarianceScaling(2, Mode.FAN_AVG, Distribution.UNIFORM), 60, 100));
  }

  @Test
  void sparseDrawsTheRestFromItsNormal() {
    double[] rest =
        Arrays.stream(values(new Sparse(0.4, 0.2), 100, 60)).filter(v -> v != 0).toArray();
    assertEquals(60 * 60, rest.length);
    assertDrawnFrom(new NormalDistribution(0, 0.2), rest);
  }

  /** The square of an element of a uniformly distributed orthogonal matrix of five rows. */
  @Test
  void orthogonalMatricesAreUniformlyDistributed() {
    double[] corners =
        IntStream.range(0, 2000).mapToDouble(i -> values(new Orthogonal(), 5, 5)[i % 25]).toArray();
    assertDrawnFrom(
        new BetaDistribution(0.5, 2), DoubleStream.of(corners).map(v -> v * v).toArray());
    long positive = DoubleStream.of(corners).filter(v -> v > 0).count();
    assertEquals(1000, positive, 4 * Math.sqrt(500));
  }

  @Test
  void truncatedNormalIsRightFarFromTheMean() {
    double[] tail = values(new TruncatedNormal(1, 0, 10, 12), 60, 100);
    double mean = DoubleStream.of(tail).average().orElseThrow();
    assertEquals(10.0981, mean, 0.006);
    assertTruncated(2, 1, 1.5, values(new TruncatedNormal(2, 0, 1, 1.5), 60, 100));
    assertTruncated(1, -3, -2.5, values(new TruncatedNormal(1, 0, -3, -2.5), 60, 100));
  }

  @Test
  void uniformNumbersStayInsideBoundsThatFloatCannotHold() {
    for (double scale : new double[] {0.07, 0.1, 0.3, 1e-3}) {
      for (double v : values(new Uniform(scale), 300, 300)) {
        assertTrue(v >= -scale && v < scale, () -> v + " of " + scale);
      }
    }
  }

  @Test
  void backendsMakeTheSameValues() {
    List<Initializer> all =
        List.of(
            new Uniform(),
            new Normal(),
            new TruncatedNormal(1, 0, -1, 2),
            new XavierUniform(2),
            new XavierNormal(2),
            new HeUniform(1),
            new HeNormal(0, Mode.FAN_OUT, Nonlinearity.TANH),
            new Sparse(0.3),
            new Orthogonal(),
            new VarianceScaling());
    for (Initializer init : all) {
      Mycel.setBackend("reference");
      Random.setSeed(3);
      double[] right = values(init, 17, 9);
      Mycel.setBackend("onednn");
      Random.setSeed(3);
      assertArrayEquals(right, values(init, 17, 9), init.toString());
    }
  }

  @Test
  void aLazyTensorKnowsItsShapeAndFillsItselfOnce() {
    LazyTensor lazy = Initializers.initializer("normal", Shape.of(3, 2), DType.FLOAT16);
    assertEquals("float16(3, 2)", lazy.initData().type().toString().split(" on")[0]);
    assertSame(lazy.initData(), lazy.initData());
    assertEquals(lazy.initData().toString(), lazy.toString());
    assertEquals(Shape.scalar(), Initializers.initializer(2, Shape.scalar()).initData().shape());
    assertEquals(DType.FLOAT32, Initializers.initializer("ones", Shape.of(2)).dtype());
    Tensor given = Ops.arange(3).cast(DType.FLOAT32);
    assertTrue(
        Initializers.initializer(given, Shape.of(3), DType.FLOAT32).initData().sameAs(given));
  }

  @Test
  void everyAliasOfMindSporeIsKnownInAnyCase() {
    String[] aliases = {
      "zeros",
      "zero",
      "ones",
      "one",
      "uniform",
      "normal",
      "truncatednormal",
      "xavier_uniform",
      "xavieruniform",
      "xavier_normal",
      "xaviernormal",
      "he_uniform",
      "heuniform",
      "he_normal",
      "henormal",
      "identity",
      "orthogonal",
      "variancescaling"
    };
    for (String alias : aliases) {
      assertEquals(4, values(Initializers.of(alias), 2, 2).length, alias);
      String loud = alias.toUpperCase(Locale.ROOT);
      assertEquals(Initializers.of(alias).getClass(), Initializers.of(loud).getClass());
    }
    assertEquals(8, values(Initializers.of("Dirac"), 2, 2, 2).length);
    assertThrows(ArgumentException.class, () -> Initializers.of("sparse"));
    assertThrows(ArgumentException.class, () -> Initializers.of("constant"));
  }

  @Test
  void namesOfModesAndNonlinearitiesAreReadInAnyCase() {
    assertEquals(Mode.FAN_OUT, Mode.of("Fan_Out"));
    assertEquals(Nonlinearity.CONV_TRANSPOSE2D, Nonlinearity.of("conv_transpose2d"));
    assertEquals(Distribution.UNIFORM, Distribution.of("Uniform"));
    assertThrows(ArgumentException.class, () -> Distribution.of("normal"));
    assertThrows(ArgumentException.class, () -> new XavierNormal(Double.NaN));
    assertThrows(ArgumentException.class, () -> new Uniform(Double.POSITIVE_INFINITY));
    assertThrows(ArgumentException.class, () -> new Normal(1, Double.NaN));
  }
}
