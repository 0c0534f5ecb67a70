package dev.mycel.core;

import static dev.mycel.core.Fits.assertDrawnFrom;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.autograd.Autograd;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.commons.math3.distribution.BinomialDistribution;
import org.apache.commons.math3.distribution.ExponentialDistribution;
import org.apache.commons.math3.distribution.GammaDistribution;
import org.apache.commons.math3.distribution.GumbelDistribution;
import org.apache.commons.math3.distribution.LaplaceDistribution;
import org.apache.commons.math3.distribution.NormalDistribution;
import org.apache.commons.math3.distribution.PoissonDistribution;
import org.apache.commons.math3.distribution.UniformRealDistribution;
import org.apache.commons.math3.special.Gamma;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The laws that random functions draw from, at fixed seeds. */
class RandomLawsTest {
  private static final Shape MANY = Shape.of(20_000);
  private static final long SEED = 31;

  @AfterEach
  void onTheDefaultBackend() {
    Mycel.setBackend("onednn");
  }

  private static Generator seeded() {
    return new Generator(SEED);
  }

  private static Tensor f32(double... values) {
    return Tensor.of(values).cast(DType.FLOAT32);
  }

  @Test
  void uniformAndNormalFollowTheirLaws() {
    assertDrawnFrom(new UniformRealDistribution(-2, 5), Random.uniform(MANY, -2, 5, seeded()));
    assertDrawnFrom(
        new UniformRealDistribution(0, 1), Random.uniform(MANY, f32(0), f32(1), seeded()));
    assertDrawnFrom(new NormalDistribution(3, 2), Random.normal(MANY, 3, 2, seeded()));
    assertDrawnFrom(
        new NormalDistribution(3, 2),
        Random.normal(MANY, Tensor.scalar(3), Tensor.scalar(2), seeded()));
    assertDrawnFrom(new NormalDistribution(0, 1), Random.standardNormal(MANY, seeded()));
    assertDrawnFrom(new UniformRealDistribution(0, 1), Random.rand(seeded(), 20_000));
    assertDrawnFrom(new NormalDistribution(0, 1), Random.randn(seeded(), 20_000));
  }

  @Test
  void exponentialLaplaceAndGumbelFollowTheirLaws() {
    assertDrawnFrom(new ExponentialDistribution(0.5), Random.exponential(MANY, 2, seeded()));
    assertDrawnFrom(new LaplaceDistribution(1, 3), Random.laplace(MANY, 1, 3, seeded()));
    assertDrawnFrom(new LaplaceDistribution(0, 1), Random.standardLaplace(MANY, seeded()));
    assertDrawnFrom(new GumbelDistribution(-1, 2), Random.gumbel(MANY, -1, 2, seeded()));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.05, 0.5, 1, 2.5, 40, 1e4})
  void gammaFollowsItsLaw(double alpha) {
    Tensor wide = Tensor.scalar(alpha, DType.FLOAT64);
    Tensor drawn = Random.gamma(MANY, wide, Tensor.scalar(4), seeded());
    assertEquals(DType.FLOAT64, drawn.dtype());
    assertDrawnFrom(new GammaDistribution(alpha, 0.25), drawn);
    Tensor narrow = Random.gamma(MANY, alpha, 4, seeded());
    assertTrue(narrow.allClose(drawn.cast(DType.FLOAT32), 1e-6, 1e-37));
  }

  @Test
  void tinyGammaNumbersStayPositive() {
    Tensor drawn = Random.gamma(Shape.of(1000), 1e-3, 1, seeded());
    assertTrue(drawn.gt(0).all().itemBoolean(), drawn.min().toString());
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.1, 1, 9.9, 10, 37.5, 1000})
  void poissonFollowsItsLaw(double mean) {
    Tensor drawn = Random.poisson(MANY, mean, seeded());
    assertEquals(DType.INT32, drawn.dtype());
    assertDrawnFrom(new PoissonDistribution(mean), drawn);
  }

  @Test
  void poissonOfNothingIsZero() {
    assertEquals(0, Random.poisson(Shape.of(100), 0, seeded()).sum().item());
    Tensor large = Random.poisson(Shape.of(1000), 0x1p30, seeded());
    assertEquals(0x1p30, large.cast(DType.FLOAT64).mean().item(), 5 * 0x1p15 / Math.sqrt(1000));
  }

  @Test
  void logarithmsOfFactorialsAreExact() {
    for (int k = 0; k < 200; k++) {
      double right = Gamma.logGamma(k + 1.0);
      assertEquals(right, Rejection.logFactorial(k), 1e-12 * Math.max(1, right), "k = " + k);
    }
  }

  /** Bounds around the mean, wide and narrow; on one side, near and far; one of them infinite. */
  @Test
  void truncatedNormalFollowsItsLawWhereverItIsCut() {
    double inf = Double.POSITIVE_INFINITY;
    double[][] cuts = {
      {-2, 2}, {-0.3, 0.4}, {0, 3}, {0.5, 0.6}, {1, 4}, {3, inf}, {-inf, -1}, {-5, -4.9}
    };
    NormalDistribution whole = new NormalDistribution(0, 1);
    for (double[] cut : cuts) {
      Tensor drawn = Random.truncatedNormal(MANY, 1, 2, 1 + 2 * cut[0], 1 + 2 * cut[1], seeded());
      double low = whole.cumulativeProbability(cut[0]);
      double high = whole.cumulativeProbability(cut[1]);
      double[] u = drawn.cast(DType.FLOAT64).toDoubleArray();
      for (int i = 0; i < u.length; i++) {
        assertTrue(u[i] >= 1 + 2 * cut[0] && u[i] <= 1 + 2 * cut[1], "value " + u[i]);
        u[i] = (whole.cumulativeProbability((u[i] - 1) / 2) - low) / (high - low);
      }
      assertDrawnFrom(new UniformRealDistribution(0, 1), u);
    }
    assertDrawnFrom(
        new UniformRealDistribution(0, 1),
        Arrays.stream(Random.truncatedNormal(MANY, seeded()).cast(DType.FLOAT64).toDoubleArray())
            .map(x -> (whole.cumulativeProbability(x) - 0.02275013194817921) / 0.9544997361036416)
            .toArray());
  }

  /** So far out a normal tail is exponential: of rate low. */
  @Test
  void farTailsAreDrawnToo() {
    for (double low : new double[] {30, 1e4, 1e9}) {
      Tensor l = Tensor.scalar(low, DType.FLOAT64);
      Tensor most = Tensor.scalar(Double.POSITIVE_INFINITY, DType.FLOAT64);
      Tensor drawn =
          Random.truncatedNormal(MANY, Tensor.scalar(0), Tensor.scalar(1), l, most, seeded());
      double mean = drawn.sub(low).mean().item() * low;
      assertEquals(1, mean, low == 30 ? 0.03 : low == 1e9 ? 1 : 0.03, "low " + low);
      assertTrue(drawn.ge(low).all().itemBoolean());
    }
  }

  @Test
  void coinsAndIntegersFollowTheirLaws() {
    Tensor heads = Random.bernoulli(Shape.of(2000, 50), 0.3, seeded()).sum(1);
    assertDrawnFrom(new BinomialDistribution(50, 0.3), heads);
    Tensor p = f32(0, 0.25, 1);
    Tensor shares = Random.bernoulli(Shape.of(20_000, 3), p, seeded()).mean(0);
    double[] means = shares.cast(DType.FLOAT64).toDoubleArray();
    assertEquals(0, means[0]);
    assertEquals(0.25, means[1], 4 * Math.sqrt(0.25 * 0.75 / 20_000));
    assertEquals(1, means[2]);
    assertCounts(Random.randint(-3, 4, MANY, seeded()).add(3), 7);
    Tensor low = Tensor.of(new int[] {-3});
    Tensor high = Tensor.of(new int[] {4});
    Tensor wide = Random.uniform(MANY, low, high, 1, DType.INT32);
    assertEquals(DType.INT32, wide.dtype());
    assertCounts(wide.add(3), 7);
  }

  private static void assertCounts(Tensor drawn, int classes) {
    double[] expected = new double[classes];
    long[] found = new long[classes];
    for (long v : drawn.cast(DType.INT64).toLongArray()) {
      found[(int) v]++;
    }
    Arrays.fill(expected, (double) drawn.size() / classes);
    Fits.assertCounts(expected, found);
  }

  @Test
  void permutationsShufflesAndChoicesFavourNothing() {
    Generator g = seeded();
    int n = 4;
    long[][] places = new long[4][24];
    for (int i = 0; i < 6000; i++) {
      places[0][order(Random.randperm(n, g).toLongArray())]++;
      places[1][order(Random.shuffle(Ops.arange(n), g).toLongArray())]++;
      places[2][order(Random.choice(Ops.arange(n), n, false, g).toLongArray())]++;
      Tensor equal = Ops.ones(n);
      places[3][order(Random.multinomial(equal, n, false, g).toLongArray())]++;
    }
    double[] expected = new double[24];
    Arrays.fill(expected, 250);
    for (long[] found : places) {
      Fits.assertCounts(expected, found);
    }
  }

  /** The number of a permutation of 0 to 3 among all. */
  private static int order(long[] p) {
    int number = 0;
    for (int i = 0; i < p.length; i++) {
      int smaller = 0;
      for (int j = i + 1; j < p.length; j++) {
        smaller += p[j] < p[i] ? 1 : 0;
      }
      number = number * (p.length - i) + smaller;
    }
    return number;
  }

  @Test
  void choicesFollowWeights() {
    Tensor weights = f32(1, 0, 3);
    Tensor x = Tensor.of(new float[][] {{1, 1}, {2, 2}, {3, 3}});
    Tensor drawn = Random.choice(x, 40_000, true, weights, seeded());
    assertEquals(Shape.of(40_000, 2), drawn.shape());
    double[] first = drawn.get(Index.all(), Index.at(0)).cast(DType.FLOAT64).toDoubleArray();
    long ones = Arrays.stream(first).filter(v -> v == 1).count();
    assertEquals(0, Arrays.stream(first).filter(v -> v == 2).count());
    assertEquals(10_000, ones, 4 * Math.sqrt(40_000 * 0.25 * 0.75));
    Tensor both = Random.choice(f32(1, 2, 3), 2, false, weights, 7);
    assertEquals("[1. 3.]", both.sort(0, false).first().toString());
    assertEquals(Shape.of(5), Random.choice(f32(1, 2, 3), 5, true, seeded()).shape());
  }

  @Test
  void placesOfAMaskAreChosenOnceAndPadded() {
    Tensor mask = Tensor.of(new boolean[] {true, false, true, true, false, false}, 2, 3);
    Pair<Tensor, Tensor> two = Random.choiceWithMask(mask, 2, 3);
    assertEquals("[ True  True]", two.second().toString());
    assertEquals(Shape.of(2, 2), two.first().shape());
    assertEquals(DType.INT32, two.first().dtype());
    Pair<Tensor, Tensor> five = Random.choiceWithMask(mask, 5, 3);
    assertArrayEquals(
        new boolean[] {true, true, true, false, false}, five.second().toBooleanArray());
    long[] flat = five.first().cast(DType.INT64).toLongArray();
    assertArrayEquals(new long[4], Arrays.copyOfRange(flat, 6, 10));
    assertEquals(5, 3 * (flat[0] + flat[2] + flat[4]) + flat[1] + flat[3] + flat[5]);
  }

  @Test
  void parametersAreBroadcastWithTheShape() {
    Tensor column = f32(1, 100).reshape(2, 1);
    Tensor row = f32(1, 2, 4);
    Tensor g = Random.gamma(Shape.of(1000, 1, 1), column, row, seeded());
    assertEquals(Shape.of(1000, 2, 3), g.shape());
    assertTrue(g.mean(0).allClose(column.div(row), 0.15, 0), () -> g.mean(0).toString());
    assertEquals(Shape.of(5, 2, 3), Random.randomPoisson(Shape.of(5), Ops.ones(2, 3), 0).shape());
    assertEquals(Shape.of(5, 2, 3), Random.randomGamma(Shape.of(5), Ops.ones(2, 3), 0).shape());
    assertEquals(Shape.of(2, 3), Random.laplace(Shape.of(2, 1), row, row, seeded()).shape());
    assertEquals(Shape.of(2, 3), Random.uniform(Shape.of(2, 1), row.neg(), row).shape());
    assertEquals(Shape.of(2, 3), Random.normal(Shape.of(2, 1), row, row).shape());
    assertThrows(ShapeException.class, () -> Random.normal(Shape.of(2), row, row, seeded()));
  }

  @Test
  void gradientsFlowToWhatScalesAndMoves() {
    Tensor mean = f32(1, 2);
    Generator g = seeded();
    Tensor state = g.getState();
    Tensor grads =
        Autograd.grad((Tensor m) -> Random.normal(Shape.of(2), m, m.square(), g).sum()).apply(mean);
    Tensor z = Random.randn(g.setState(state), 2);
    assertTrue(grads.allClose(z.mul(mean).mul(2).add(1), 1e-5, 1e-6), grads.toString());
    Tensor bounds =
        Autograd.grad(
                (Tensor b) -> Random.uniform(Shape.of(2), b.neg(), b, g.setState(state)).sum())
            .apply(mean);
    Tensor u = Random.uniform(Shape.of(2), -1, 1, g.setState(state));
    assertTrue(bounds.allClose(u, 1e-5, 1e-6), bounds + " " + u);
    Tensor shape =
        Autograd.grad((Tensor a) -> Random.gamma(Shape.of(2), a, Ops.ones(2), g).sum()).apply(mean);
    assertTrue(shape.sameAs(Ops.zeros(2)));
  }

  private static Map<String, Function<Generator, Tensor>> every() {
    Map<String, Function<Generator, Tensor>> all = new LinkedHashMap<>();
    Shape s = Shape.of(37, 101);
    Tensor a = Ops.arange(101).add(1).cast(DType.FLOAT32).div(7);
    Tensor minus = a.neg();
    Tensor twice = a.mul(2);
    Tensor share = a.div(20);
    all.put("uniform", g -> Random.uniform(s, -0.1, 0.7, g));
    all.put("uniform of tensors", g -> Random.uniform(s, minus, a, g));
    all.put("normal", g -> Random.normal(s, 0.3, 1.7, g));
    all.put("normal of tensors", g -> Random.normal(s, a, a, g));
    all.put("rand", g -> Random.rand(g, 37, 101));
    all.put("randint", g -> Random.randint(-5, 1000, s, g));
    all.put("randperm", g -> Random.randperm(3737, g));
    all.put("bernoulli", g -> Random.bernoulli(s, share, g));
    all.put("multinomial", g -> Random.multinomial(a, 501, true, g));
    all.put("multinomial without replacement", g -> Random.multinomial(a, 77, false, g));
    all.put("gamma", g -> Random.gamma(s, a, a, g));
    all.put("poisson", g -> Random.poisson(s, a, g));
    all.put("truncatedNormal", g -> Random.truncatedNormal(s, a, a, minus, twice, g));
    all.put("exponential", g -> Random.exponential(s, a, g));
    all.put("laplace", g -> Random.laplace(s, a, a, g));
    all.put("gumbel", g -> Random.gumbel(s, a, a, g));
    all.put("shuffle", g -> Random.shuffle(a, g));
    all.put("choice", g -> Random.choice(a, 333, true, g));
    return all;
  }

  private static byte[] bits(Function<Generator, Tensor> draw) {
    Object array = Interpreters.root().toHost(draw.apply(seeded()));
    java.nio.ByteBuffer bytes = java.nio.ByteBuffer.allocate(8 * 37 * 101);
    for (int i = 0; i < java.lang.reflect.Array.getLength(array); i++) {
      bytes.putDouble(java.lang.reflect.Array.getDouble(array, i));
    }
    return bytes.array();
  }

  @Test
  void bitsAreTheSameOnEveryBackendAndWithAnyThreads() {
    Map<String, byte[]> right = new LinkedHashMap<>();
    for (String backend : List.of("reference", "onednn")) {
      Mycel.setBackend(backend);
      int before = Mycel.threads();
      for (int threads : backend.equals("onednn") ? new int[] {1, 2} : new int[] {1}) {
        Mycel.setThreads(threads);
        every()
            .forEach(
                (name, draw) ->
                    assertArrayEquals(
                        right.computeIfAbsent(name, n -> bits(draw)),
                        bits(draw),
                        name + " on " + backend + " with " + threads + " threads"));
      }
      Mycel.setThreads(before);
    }
  }

  /** Elements are drawn alone: what comes before or after does not matter. */
  @Test
  void anElementOfRejectionDependsOnItsIndexAlone() {
    for (Law law : List.of(Law.GAMMA, Law.POISSON, Law.TRUNCATED_NORMAL, Law.GUMBEL)) {
      double[][] parameters = new double[law.parameters()][100];
      for (int p = 0; p < parameters.length; p++) {
        for (int i = 0; i < 100; i++) {
          parameters[p][i] = 0.3 * i + 0.1 + p;
        }
      }
      double[] whole = new double[100];
      law.draw(5, 6, 0, parameters, whole);
      for (int first : new int[] {1, 17, 99}) {
        double[] part = new double[100 - first];
        double[][] rest = new double[parameters.length][];
        Arrays.setAll(rest, p -> Arrays.copyOfRange(parameters[p], first, 100));
        law.draw(5, 6, first, rest, part);
        assertArrayEquals(Arrays.copyOfRange(whole, first, 100), part, law + " from " + first);
      }
    }
  }

  @Test
  void parametersOfNoDistributionGiveNaNInsteadOfAnEndlessSearch() {
    double nan = Double.NaN;
    for (double bad : new double[] {-1, nan, Double.POSITIVE_INFINITY}) {
      double[] out = new double[1];
      Law.GAMMA.draw(1, 1, 0, new double[][] {{bad}}, out);
      assertTrue(Double.isNaN(out[0]));
      Law.POISSON.draw(1, 1, 0, new double[][] {{bad}}, out);
      assertTrue(Double.isNaN(out[0]));
      Law.TRUNCATED_NORMAL.draw(1, 1, 0, new double[][] {{nan}, {bad}}, out);
      assertTrue(Double.isNaN(out[0]));
    }
  }

  @Test
  void aPrecisionInForceDoesNotChangeDraws() {
    every()
        .forEach(
            (name, draw) -> {
              byte[] plain = bits(draw);
              Precision before = Precision.swap(Precision.of(DType.FLOAT16));
              try {
                assertArrayEquals(plain, bits(draw), name);
              } finally {
                Precision.swap(before);
              }
            });
  }

  @Test
  void operationSeedsGiveSequencesOfEachFunction() {
    Shape s = Shape.of(8);
    Random.setSeed(SEED);
    Tensor a = Random.gamma(s, 2, 1, 5);
    Tensor b = Random.gamma(s, 2, 1, 5);
    assertFalse(a.sameAs(b));
    Random.setSeed(SEED);
    assertTrue(a.sameAs(Random.gamma(s, 2, 1, 5)));
    assertTrue(b.sameAs(Random.gamma(s, 2, 1, 5)));
    assertFalse(a.sameAs(Random.gamma(s, 2, 1, 6)));
  }

  @Test
  void shapesAndTypesOfAnotherTensorAreTakenOver() {
    Tensor x = Ops.zeros(Shape.of(3, 4), DType.FLOAT16);
    assertEquals(x.type(), Random.randLike(x).type());
    assertEquals(x.type(), Random.randnLike(x).type());
    Tensor i = Ops.zeros(Shape.of(3, 4), DType.INT16);
    assertEquals(i.type(), Random.randintLike(i, 0, 9).type());
  }
}
