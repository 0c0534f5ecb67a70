package dev.mycel.misuse;

import static dev.mycel.core.Ops.ones;
import static dev.mycel.core.Ops.zeros;

import dev.mycel.core.DType;
import dev.mycel.core.Generator;
import dev.mycel.core.Mycel;
import dev.mycel.core.Ops;
import dev.mycel.core.Random;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import dev.mycel.nn.init.Constant;
import dev.mycel.nn.init.Dirac;
import dev.mycel.nn.init.HeNormal;
import dev.mycel.nn.init.Identity;
import dev.mycel.nn.init.Initializers;
import dev.mycel.nn.init.Mode;
import dev.mycel.nn.init.Nonlinearity;
import dev.mycel.nn.init.Normal;
import dev.mycel.nn.init.Orthogonal;
import dev.mycel.nn.init.Sparse;
import dev.mycel.nn.init.TruncatedNormal;
import dev.mycel.nn.init.VarianceScaling;
import dev.mycel.nn.init.XavierUniform;
import java.util.Map;

/** Mistakes with random functions, initialisers and devices. */
final class RandomMistakes {
  private static final Shape TWO = Shape.of(2);

  private RandomMistakes() {}

  static void add(Map<String, Runnable> c) {
    bounds(c);
    parameters(c);
    choices(c);
    initialisers(c);
    devices(c);
  }

  private static Tensor f(float... values) {
    return Tensor.of(values, values.length);
  }

  private static void bounds(Map<String, Runnable> c) {
    c.put("uniform with bounds the wrong way round", () -> Random.uniform(TWO, 2, 1));
    c.put("uniform up to infinity", () -> Random.uniform(TWO, 0, Double.POSITIVE_INFINITY));
    c.put(
        "uniform between neighbours of float32", () -> Random.uniform(TWO, 0.70000001, 0.70000002));
    c.put("uniform with one bound of a tensor wrong", () -> Random.uniform(TWO, f(0, 5), f(1, 4)));
    c.put(
        "uniform integers between floats",
        () -> Random.uniform(TWO, f(0, 0), f(1, 4), 0, DType.INT32));
    c.put("randint with equal bounds", () -> Random.randint(3, 3, TWO));
    c.put("randint that int8 cannot hold", () -> Random.randint(0, 1000, TWO, 0, DType.INT8));
    c.put(
        "truncatedNormal with bounds the wrong way round",
        () -> Random.truncatedNormal(TWO, 0, 1, 2, -2));
    c.put("bounds that do not broadcast", () -> Random.uniform(TWO, zeros(3), ones(3)));
  }

  private static void parameters(Map<String, Runnable> c) {
    c.put("normal with a negative deviation", () -> Random.normal(TWO, 0, -1));
    c.put(
        "normal with a negative deviation in a tensor",
        () -> Random.normal(TWO, zeros(2), f(1, -1)));
    c.put("gamma with alpha of zero", () -> Random.gamma(TWO, 0, 1));
    c.put("gamma with a bad alpha in a tensor", () -> Random.gamma(TWO, f(1, Float.NaN), ones(2)));
    c.put("poisson with a negative mean", () -> Random.poisson(TWO, -1));
    c.put("poisson with a mean beyond int32", () -> Random.poisson(TWO, 1e10));
    c.put("poisson as int8", () -> Random.randomPoisson(TWO, ones(2), 0, DType.INT8));
    c.put(
        "exponential with an infinite rate",
        () -> Random.exponential(TWO, Double.POSITIVE_INFINITY));
    c.put("laplace with scale zero", () -> Random.laplace(TWO, 0, 0));
    c.put(
        "gumbel with an infinite location", () -> Random.gumbel(TWO, Double.NEGATIVE_INFINITY, 1));
    c.put("a bool as a parameter", () -> Random.exponential(TWO, ones(2).gt(0)));
    c.put("a probability above one", () -> Random.bernoulli(TWO, 1.5));
    c.put("a negative seed of an operation", () -> Random.gamma(TWO, 1, 1, -3));
    c.put("numbers like integers", () -> Random.randnLike(Ops.arange(3)));
  }

  private static void choices(Map<String, Runnable> c) {
    c.put("randperm of a negative number", () -> Random.randperm(-1));
    c.put("shuffle of a scalar", () -> Random.shuffle(Tensor.scalar(1)));
    c.put("multinomial with a negative weight", () -> Random.multinomial(f(1, -1), 1, true));
    c.put("multinomial with weights of zero", () -> Random.multinomial(zeros(2, 3), 1, true));
    c.put(
        "multinomial with too few classes that can be drawn",
        () -> Random.multinomial(f(1, 0, 0), 2, false));
    c.put("multinomial with too many samples", () -> Random.multinomial(ones(2), 3, false));
    c.put("multinomial with integer weights", () -> Random.multinomial(Ops.arange(3), 1, true));
    c.put("choice of more than there is", () -> Random.choice(ones(3, 2), 4, false));
    c.put("choice with too few weights", () -> Random.choice(ones(3, 2), 1, true, ones(2)));
    c.put("choiceWithMask of numbers", () -> Random.choiceWithMask(ones(3), 2));
    c.put("a draw of negative extent from a generator", () -> new Generator(1).next(-4));
  }

  private static void initialisers(Map<String, Runnable> c) {
    c.put("an initialiser's alias that does not exist", () -> Initializers.of("gaussian"));
    c.put("sparse by its alias", () -> Initializers.of("sparse"));
    c.put("an initialiser of shape zero", () -> Initializers.initializer("ones", Shape.of(2, 0)));
    c.put(
        "an initial tensor of another shape",
        () -> Initializers.initializer(ones(3), TWO, DType.FLOAT32));
    c.put("normal initialisation with a negative sigma", () -> new Normal(-0.1));
    c.put("truncated normal initialisation of no range", () -> new TruncatedNormal(1, 0, 2, 2));
    c.put("an infinite gain", () -> new XavierUniform(Double.POSITIVE_INFINITY));
    c.put("he initialisation of a vector", () -> Initializers.initializer(new HeNormal(), TWO));
    c.put(
        "he initialisation by the mean of both fans",
        () -> new HeNormal(0, Mode.FAN_AVG, Nonlinearity.RELU));
    c.put(
        "identity of three axes",
        () -> Initializers.initializer(new Identity(), Shape.of(2, 2, 2)));
    c.put("dirac of a matrix", () -> Initializers.initializer(new Dirac(), Shape.of(2, 2)));
    c.put(
        "dirac of groups that do not divide",
        () -> Initializers.initializer(new Dirac(2), Shape.of(3, 2, 3)));
    c.put("orthogonal of a vector", () -> Initializers.initializer(new Orthogonal(), TWO));
    c.put("a sparsity above one", () -> new Sparse(1.5));
    c.put("a fan mode that does not exist", () -> Mode.of("fan_all"));
    c.put("a nonlinearity that does not exist", () -> Initializers.calculateGain("gelu"));
    c.put("a slope that is no number", () -> Initializers.calculateGain("leaky_relu", Double.NaN));
    c.put("variance scaling by zero", () -> variance(0));
    c.put(
        "variance scaling of another distribution",
        () -> VarianceScaling.Distribution.of("normal"));
    c.put(
        "a number that a dtype cannot hold",
        () -> Initializers.initializer(new Constant(0.5), TWO, DType.INT32).initData());
  }

  private static void variance(double scale) {
    new VarianceScaling(scale, Mode.FAN_IN, VarianceScaling.Distribution.UNIFORM);
  }

  private static void devices(Map<String, Runnable> c) {
    c.put("another device after the first", () -> Mycel.setDevice("GPU"));
    c.put("a device's number that is negative", () -> Mycel.setDevice("CPU", -1));
    c.put("graph mode", () -> Mycel.setContext(Mycel.Mode.GRAPH_MODE));
  }
}
