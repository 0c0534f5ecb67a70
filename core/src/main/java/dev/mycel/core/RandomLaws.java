package dev.mycel.core;

/**
 * The part of {@link Random} that draws from laws of their own: exponential, Laplace, Gumbel,
 * truncated normal, gamma, Poisson. They are computed in float64 and rounded once.
 */
abstract class RandomLaws {
  RandomLaws() {}

  // ---- exponential ------------------------------------------------------------------------------

  /** Float32 numbers of the exponential distribution of a rate, with mean {@code 1 / rate}. */
  public static Tensor exponential(Shape shape, double rate) {
    return exponential(shape, rate, 0);
  }

  /** The same with a seed for this operation; 0 is none. */
  public static Tensor exponential(Shape shape, double rate, long seed) {
    return exponential(shape, Sampling.number(rate), DType.FLOAT32, Source.seed(seed));
  }

  /** The same from a generator. */
  public static Tensor exponential(Shape shape, double rate, Generator generator) {
    return exponential(shape, Sampling.number(rate), DType.FLOAT32, Source.of(generator));
  }

  /** The same for tensors of rates, broadcast with the shape; gradients flow to them. */
  public static Tensor exponential(Shape shape, Tensor rate) {
    return exponential(shape, rate, 0);
  }

  /** The same with a seed for this operation; 0 is none. */
  public static Tensor exponential(Shape shape, Tensor rate, long seed) {
    return exponential(shape, rate, Sampling.type(rate), Source.seed(seed));
  }

  /** The same from a generator. */
  public static Tensor exponential(Shape shape, Tensor rate, Generator generator) {
    return exponential(shape, rate, Sampling.type(rate), Source.of(generator));
  }

  private static Tensor exponential(Shape shape, Tensor rate, DType dtype, Source source) {
    Sampling.positive("exponential", "rate", rate);
    Shape all = Sampling.shape("exponential", shape, rate);
    Generator.Stream stream = source.next("exponential", all.size());
    return Sampling.exactly(
        () -> Join.to(dtype, Sampling.draw(Law.EXPONENTIAL, all, stream).div(wide(rate))));
  }

  // ---- Laplace and Gumbel -----------------------------------------------------------------------

  /** Float32 numbers of the Laplace distribution around 0 of scale 1. */
  public static Tensor standardLaplace(Shape shape) {
    return standardLaplace(shape, 0);
  }

  /** The same with a seed for this operation; 0 is none. */
  public static Tensor standardLaplace(Shape shape, long seed) {
    return located("standardLaplace", Law.LAPLACE, shape, 0, 1, Source.seed(seed));
  }

  /** The same from a generator. */
  public static Tensor standardLaplace(Shape shape, Generator generator) {
    return located("standardLaplace", Law.LAPLACE, shape, 0, 1, Source.of(generator));
  }

  /**
   * Float32 numbers of the Laplace distribution: density {@code exp(-|x - mean| / scale) / (2
   * scale)}.
   */
  public static Tensor laplace(Shape shape, double mean, double scale) {
    return laplace(shape, mean, scale, 0);
  }

  /** The same with a seed for this operation; 0 is none. */
  public static Tensor laplace(Shape shape, double mean, double scale, long seed) {
    return located("laplace", Law.LAPLACE, shape, mean, scale, Source.seed(seed));
  }

  /** The same from a generator. */
  public static Tensor laplace(Shape shape, double mean, double scale, Generator generator) {
    return located("laplace", Law.LAPLACE, shape, mean, scale, Source.of(generator));
  }

  /** The same for tensors, broadcast with the shape; gradients flow to both. */
  public static Tensor laplace(Shape shape, Tensor mean, Tensor scale) {
    return laplace(shape, mean, scale, 0);
  }

  /** The same with a seed for this operation; 0 is none. */
  public static Tensor laplace(Shape shape, Tensor mean, Tensor scale, long seed) {
    return located("laplace", Law.LAPLACE, shape, mean, scale, Source.seed(seed));
  }

  /** The same from a generator. */
  public static Tensor laplace(Shape shape, Tensor mean, Tensor scale, Generator generator) {
    return located("laplace", Law.LAPLACE, shape, mean, scale, Source.of(generator));
  }

  /**
   * Float32 numbers of the Gumbel distribution: distribution function {@code exp(-exp((loc - x) /
   * scale))}.
   */
  public static Tensor gumbel(Shape shape, double loc, double scale) {
    return gumbel(shape, loc, scale, 0);
  }

  /** The same with a seed for this operation; 0 is none. */
  public static Tensor gumbel(Shape shape, double loc, double scale, long seed) {
    return located("gumbel", Law.GUMBEL, shape, loc, scale, Source.seed(seed));
  }

  /** The same from a generator. */
  public static Tensor gumbel(Shape shape, double loc, double scale, Generator generator) {
    return located("gumbel", Law.GUMBEL, shape, loc, scale, Source.of(generator));
  }

  /** The same for tensors, broadcast with the shape; gradients flow to both. */
  public static Tensor gumbel(Shape shape, Tensor loc, Tensor scale) {
    return gumbel(shape, loc, scale, 0);
  }

  /** The same with a seed for this operation; 0 is none. */
  public static Tensor gumbel(Shape shape, Tensor loc, Tensor scale, long seed) {
    return located("gumbel", Law.GUMBEL, shape, loc, scale, Source.seed(seed));
  }

  /** The same from a generator. */
  public static Tensor gumbel(Shape shape, Tensor loc, Tensor scale, Generator generator) {
    return located("gumbel", Law.GUMBEL, shape, loc, scale, Source.of(generator));
  }

  private static Tensor located(
      String op, Law law, Shape shape, double mean, double scale, Source source) {
    Tensor at = Sampling.number(mean);
    return located(op, law, shape, at, Sampling.number(scale), DType.FLOAT32, source);
  }

  private static Tensor located(
      String op, Law law, Shape shape, Tensor mean, Tensor scale, Source source) {
    return located(op, law, shape, mean, scale, Sampling.type(mean, scale), source);
  }

  private static Tensor located(
      String op, Law law, Shape shape, Tensor mean, Tensor scale, DType dtype, Source source) {
    Sampling.finite(op, law == Law.GUMBEL ? "loc" : "mean", mean);
    Sampling.positive(op, "scale", scale);
    Shape all = Sampling.shape(op, shape, mean, scale);
    Generator.Stream stream = source.next(op, all.size());
    return Sampling.exactly(
        () -> Join.to(dtype, Sampling.draw(law, all, stream).mul(wide(scale)).add(wide(mean))));
  }

  // ---- truncated normal -------------------------------------------------------------------------

  /** Float32 numbers of the standard normal distribution, given that they lie in [-2, 2]. */
  public static Tensor truncatedNormal(Shape shape) {
    return truncatedNormal(shape, 0);
  }

  /** The same with a seed for this operation; 0 is none. */
  public static Tensor truncatedNormal(Shape shape, long seed) {
    return truncatedNormal(shape, 0, 1, -2, 2, Source.seed(seed));
  }

  /** The same from a generator. */
  public static Tensor truncatedNormal(Shape shape, Generator generator) {
    return truncatedNormal(shape, 0, 1, -2, 2, Source.of(generator));
  }

  /**
   * Float32 numbers of a normal distribution, given that they lie in {@code [low, high]}. The
   * bounds are no multiples of {@code stddev}, and may be infinite.
   */
  public static Tensor truncatedNormal(
      Shape shape, double mean, double stddev, double low, double high) {
    return truncatedNormal(shape, mean, stddev, low, high, 0);
  }

  /** The same with a seed for this operation; 0 is none. */
  public static Tensor truncatedNormal(
      Shape shape, double mean, double stddev, double low, double high, long seed) {
    return truncatedNormal(shape, mean, stddev, low, high, Source.seed(seed));
  }

  /** The same from a generator. */
  public static Tensor truncatedNormal(
      Shape shape, double mean, double stddev, double low, double high, Generator generator) {
    return truncatedNormal(shape, mean, stddev, low, high, Source.of(generator));
  }

  /**
   * The same for tensors, broadcast with the shape. Gradients flow to mean and stddev as factors,
   * and not through the choice among the numbers between the bounds.
   */
  public static Tensor truncatedNormal(
      Shape shape, Tensor mean, Tensor stddev, Tensor low, Tensor high) {
    return truncatedNormal(shape, mean, stddev, low, high, 0);
  }

  /** The same with a seed for this operation; 0 is none. */
  public static Tensor truncatedNormal(
      Shape shape, Tensor mean, Tensor stddev, Tensor low, Tensor high, long seed) {
    return truncatedNormal(shape, mean, stddev, low, high, Source.seed(seed));
  }

  /** The same from a generator. */
  public static Tensor truncatedNormal(
      Shape shape, Tensor mean, Tensor stddev, Tensor low, Tensor high, Generator generator) {
    return truncatedNormal(shape, mean, stddev, low, high, Source.of(generator));
  }

  private static Tensor truncatedNormal(
      Shape shape, double mean, double stddev, double low, double high, Source source) {
    if (!(low < high)) {
      String[] bounds = {String.valueOf(low), String.valueOf(high)};
      throw Sampling.noRange("truncatedNormal", "low", bounds[0], "high", bounds[1], false);
    }
    double least = Grid.atLeast(low, DType.FLOAT32);
    double most = Grid.atMost(high, DType.FLOAT32);
    if (least > most) {
      throw Sampling.noneBetween("truncatedNormal", low, high, DType.FLOAT32);
    }
    Tensor[] parameters = {
      Sampling.number(mean), Sampling.number(stddev), Sampling.number(least), Sampling.number(most)
    };
    return truncatedNormal(shape, parameters, DType.FLOAT32, source);
  }

  private static Tensor truncatedNormal(
      Shape shape, Tensor mean, Tensor stddev, Tensor low, Tensor high, Source source) {
    Sampling.requireBelow("truncatedNormal", "low", low, "high", high);
    Tensor[] parameters = {mean, stddev, low, high};
    return truncatedNormal(shape, parameters, Sampling.type(parameters), source);
  }

  /** Parameters are mean, stddev, low, high. */
  private static Tensor truncatedNormal(
      Shape shape, Tensor[] parameters, DType dtype, Source source) {
    String op = "truncatedNormal";
    Sampling.finite(op, "mean", parameters[0]);
    Sampling.positive(op, "stddev", parameters[1]);
    Shape all = Sampling.shape(op, shape, parameters);
    Generator.Stream stream = source.next(op, all.size());
    return Sampling.exactly(
        () -> {
          Tensor mean = wide(parameters[0]);
          Tensor stddev = wide(parameters[1]);
          Tensor low = wide(parameters[2]);
          Tensor high = wide(parameters[3]);
          Tensor from = Join.to(all, low.sub(mean).div(stddev));
          Tensor to = Join.to(all, high.sub(mean).div(stddev));
          Tensor drawn = Sampling.draw(Law.TRUNCATED_NORMAL, all, stream, from, to);
          return Sampling.between(drawn.mul(stddev).add(mean), low, high, dtype);
        });
  }

  // ---- gamma and Poisson ------------------------------------------------------------------------

  /**
   * Float32 numbers of the gamma distribution of shape {@code alpha} and rate {@code beta}, with
   * mean {@code alpha / beta}. Marsaglia and Tsang, 2000.
   */
  public static Tensor gamma(Shape shape, double alpha, double beta) {
    return gamma(shape, alpha, beta, 0);
  }

  /** The same with a seed for this operation; 0 is none. */
  public static Tensor gamma(Shape shape, double alpha, double beta, long seed) {
    return gamma(
        "gamma",
        shape,
        Sampling.number(alpha),
        Sampling.number(beta),
        DType.FLOAT32,
        Source.seed(seed));
  }

  /** The same from a generator. */
  public static Tensor gamma(Shape shape, double alpha, double beta, Generator generator) {
    return gamma(
        "gamma",
        shape,
        Sampling.number(alpha),
        Sampling.number(beta),
        DType.FLOAT32,
        Source.of(generator));
  }

  /**
   * The same for tensors, broadcast with the shape. Gradients flow to {@code beta}; as in MindSpore
   * {@code alpha} gets zeros.
   */
  public static Tensor gamma(Shape shape, Tensor alpha, Tensor beta) {
    return gamma(shape, alpha, beta, 0);
  }

  /** The same with a seed for this operation; 0 is none. */
  public static Tensor gamma(Shape shape, Tensor alpha, Tensor beta, long seed) {
    return gamma("gamma", shape, alpha, beta, Sampling.type(alpha, beta), Source.seed(seed));
  }

  /** The same from a generator. */
  public static Tensor gamma(Shape shape, Tensor alpha, Tensor beta, Generator generator) {
    return gamma("gamma", shape, alpha, beta, Sampling.type(alpha, beta), Source.of(generator));
  }

  /**
   * For each {@code alpha} so many gamma numbers of rate 1 as a shape has: a tensor of shape {@code
   * shape + alpha.shape()}.
   */
  public static Tensor randomGamma(Shape shape, Tensor alpha, long seed) {
    Shape all = Sampling.joined("randomGamma", shape, alpha);
    Tensor one = Sampling.number(1);
    DType dtype = Sampling.type(alpha);
    return gamma("randomGamma", all, alpha, one, dtype, Source.seed(seed));
  }

  private static Tensor gamma(
      String op, Shape shape, Tensor alpha, Tensor beta, DType dtype, Source source) {
    Sampling.positive(op, "alpha", alpha);
    Sampling.positive(op, "beta", beta);
    Shape all = Sampling.shape(op, shape, alpha, beta);
    Generator.Stream stream = source.next(op, all.size());
    return Sampling.exactly(
        () -> {
          Tensor drawn = Sampling.draw(Law.GAMMA, all, stream, alpha).div(wide(beta));
          // Rounding may reach zero, which no gamma number is.
          return Join.to(dtype, drawn.maximum(Grid.tiny(dtype)));
        });
  }

  /** Int32 numbers of the Poisson distribution of a mean, at most 2^30. Hoermann, 1993. */
  public static Tensor poisson(Shape shape, double mean) {
    return poisson(shape, mean, 0);
  }

  /** The same with a seed for this operation; 0 is none. */
  public static Tensor poisson(Shape shape, double mean, long seed) {
    return poisson("poisson", shape, "mean", Sampling.number(mean), DType.INT32, Source.seed(seed));
  }

  /** The same from a generator. */
  public static Tensor poisson(Shape shape, double mean, Generator generator) {
    return poisson(
        "poisson", shape, "mean", Sampling.number(mean), DType.INT32, Source.of(generator));
  }

  /** The same for tensors of means, broadcast with the shape; no gradient flows to them. */
  public static Tensor poisson(Shape shape, Tensor mean) {
    return poisson(shape, mean, 0);
  }

  /** The same with a seed for this operation; 0 is none. */
  public static Tensor poisson(Shape shape, Tensor mean, long seed) {
    return poisson("poisson", shape, "mean", mean, DType.INT32, Source.seed(seed));
  }

  /** The same from a generator. */
  public static Tensor poisson(Shape shape, Tensor mean, Generator generator) {
    return poisson("poisson", shape, "mean", mean, DType.INT32, Source.of(generator));
  }

  /**
   * For each {@code rate} so many Poisson numbers as a shape has: a float32 tensor of shape {@code
   * shape + rate.shape()}.
   */
  public static Tensor randomPoisson(Shape shape, Tensor rate, long seed) {
    return randomPoisson(shape, rate, seed, DType.FLOAT32);
  }

  /** The same in another type: int32, int64 or a floating-point type. */
  public static Tensor randomPoisson(Shape shape, Tensor rate, long seed, DType dtype) {
    if (!dtype.isFloat() && dtype != DType.INT32 && dtype != DType.INT64) {
      throw new DTypeException(
          Messages.of("randomPoisson: it is not defined for " + dtype)
              .hint("use int32, int64 or a floating-point type")
              .text());
    }
    Shape all = Sampling.joined("randomPoisson", shape, rate);
    return poisson("randomPoisson", all, "rate", rate, dtype, Source.seed(seed));
  }

  private static Tensor poisson(
      String op, Shape shape, String name, Tensor rate, DType dtype, Source source) {
    Sampling.require(op, name, rate, v -> v >= 0 && v <= 0x1p30, "in [0, 2^30]");
    Shape all = Sampling.shape(op, shape, rate);
    Generator.Stream stream = source.next(op, all.size());
    return Sampling.exactly(() -> Join.to(dtype, Sampling.draw(Law.POISSON, all, stream, rate)));
  }

  private static Tensor wide(Tensor parameter) {
    return Join.to(DType.FLOAT64, parameter);
  }
}
