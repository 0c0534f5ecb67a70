package dev.mycel.core;

import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Random tensors under MindSpore's two-level seeds: one global seed ({@link #setSeed}) and a seed
 * per operation. Made for static import.
 *
 * <table>
 *   <caption>Which numbers a draw gives</caption>
 *   <tr><th>global seed</th><th>operation's seed</th><th>numbers</th></tr>
 *   <tr><td>unset</td><td>0 or none</td><td>fresh ones in every draw and every run</td></tr>
 *   <tr><td>unset</td><td>s</td><td>a sequence fixed by s, the same in every run</td></tr>
 *   <tr><td>g</td><td>0 or none</td><td>a sequence fixed by g</td></tr>
 *   <tr><td>g</td><td>s</td><td>a sequence fixed by g and s</td></tr>
 * </table>
 *
 * <p>Sequences belong to an operation: {@code uniform} and {@code normal} with the same seeds do
 * not repeat each other. Two draws with the same seeds in one run differ; {@link #setSeed} starts
 * all sequences again. Every function has a form that draws from a {@link Generator} instead.
 *
 * <p>All numbers come from {@link Philox}, so that a seed gives the same bits on every backend, JVM
 * and number of threads. A seed of zero for {@link #setSeed} is a seed like any other.
 */
public final class Random {
  private record Sequence(String op, long seed) {}

  private record Seeds(OptionalLong global, Map<Sequence, AtomicLong> counters) {
    Seeds(OptionalLong global) {
      this(global, new ConcurrentHashMap<>());
    }
  }

  private static volatile Seeds seeds = new Seeds(OptionalLong.empty());

  private Random() {}

  /**
   * Sets the global seed and starts every sequence from its beginning.
   *
   * @param seed not negative
   */
  public static void setSeed(long seed) {
    requireSeed("setSeed", seed);
    seeds = new Seeds(OptionalLong.of(seed));
  }

  /** The global seed; empty if it was never set. */
  public static OptionalLong getSeed() {
    return seeds.global();
  }

  /**
   * The next draw of an operation under the seeds of the table above.
   *
   * @param opName the operation, for example {@code uniform}, {@code init} or {@code dropout}
   * @param opSeed the operation's seed; 0 for none, not negative
   * @param elements how many elements the draw has, not negative
   */
  public static Generator.Stream nextStream(String opName, long opSeed, long elements) {
    requireSeed(opName, opSeed);
    if (elements < 0) {
      throw new ArgumentException(opName + ": a draw cannot have " + elements + " elements");
    }
    return DrawLog.stream(opName, elements, () -> freshStream(opName, opSeed));
  }

  private static Generator.Stream freshStream(String opName, long opSeed) {
    Seeds now = seeds;
    if (now.global().isEmpty() && opSeed == 0) {
      return new Generator.Stream(Entropy.next(), 0);
    }
    long counter =
        now.counters()
            .computeIfAbsent(new Sequence(opName, opSeed), s -> new AtomicLong())
            .getAndIncrement();
    return new Generator.Stream(key(now.global(), opName, opSeed), counter);
  }

  /** Seeds and the operation's name, spread over 64 bits one after the other. */
  private static long key(OptionalLong global, String opName, long opSeed) {
    long name = 0xCBF29CE484222325L; // FNV-1a
    for (int i = 0; i < opName.length(); i++) {
      name = (name ^ opName.charAt(i)) * 0x100000001B3L;
    }
    long level = global.isPresent() ? Entropy.mix(global.getAsLong() + 1) : 0;
    return Entropy.mix(Entropy.mix(level + name) + opSeed);
  }

  private static void requireSeed(String op, long seed) {
    if (seed < 0) {
      throw new ArgumentException(op + ": a seed must not be negative, got " + seed);
    }
  }

  // ---- uniform ----------------------------------------------------------------------------------

  /** Float32 numbers in {@code [min, max)}. */
  public static Tensor uniform(Shape shape, double min, double max) {
    return uniform(shape, min, max, 0);
  }

  /** Float32 numbers in {@code [min, max)} with a seed for this operation; 0 is none. */
  public static Tensor uniform(Shape shape, double min, double max, long seed) {
    return uniform(shape, min, max, DType.FLOAT32, nextStream("uniform", seed, shape.size()));
  }

  /** Float32 numbers in {@code [min, max)} from a generator. */
  public static Tensor uniform(Shape shape, double min, double max, Generator generator) {
    return uniform(shape, min, max, DType.FLOAT32, generator.next(shape.size()));
  }

  /**
   * Numbers in {@code [min, max)} from a given stream. The half types are drawn in float32 and
   * rounded, so that they may reach {@code max}.
   */
  public static Tensor uniform(
      Shape shape, double min, double max, DType dtype, Generator.Stream stream) {
    if (!(min <= max) || Double.isInfinite(max - min)) {
      throw new ArgumentException(
          Messages.of("uniform: the bounds are no range")
              .line("min", min)
              .line("max", max)
              .hint("give finite bounds with min <= max")
              .text());
    }
    DType wide = requireFloat("uniform", dtype).accumulator();
    Tensor unit =
        Interpreters.bind(
            Prims.RANDOM_UNIFORM, new Attrs.Draw(shape, wide, stream.key(), stream.counter()));
    if (min == 0 && max == 1) {
      return Join.to(dtype, unit);
    }
    Tensor spread = unit.mul(max - min).add(min);
    // Rounding may reach the upper bound, which does not belong to the range.
    double below = wide == DType.FLOAT32 ? Math.nextDown((float) max) : Math.nextDown(max);
    return Join.to(dtype, min < max ? Join.weak(Prims.MIN, spread, below) : spread);
  }

  /** Float32 numbers in [0, 1). */
  public static Tensor rand(long... shape) {
    Shape s = Shape.of(shape);
    return uniform(s, 0, 1, DType.FLOAT32, nextStream("rand", 0, s.size()));
  }

  /** Float32 numbers in [0, 1) from a generator. */
  public static Tensor rand(Generator generator, long... shape) {
    return uniform(Shape.of(shape), 0, 1, generator);
  }

  // ---- normal -----------------------------------------------------------------------------------

  /** Float32 numbers of the standard normal distribution. */
  public static Tensor standardNormal(Shape shape) {
    return standardNormal(shape, 0);
  }

  /** Float32 numbers of the standard normal distribution with a seed for this operation. */
  public static Tensor standardNormal(Shape shape, long seed) {
    return normal(shape, 0, 1, DType.FLOAT32, nextStream("standardNormal", seed, shape.size()));
  }

  /** Float32 numbers of the standard normal distribution from a generator. */
  public static Tensor standardNormal(Shape shape, Generator generator) {
    return normal(shape, 0, 1, generator);
  }

  /** Float32 numbers of a normal distribution. */
  public static Tensor normal(Shape shape, double mean, double stddev) {
    return normal(shape, mean, stddev, 0);
  }

  /** Float32 numbers of a normal distribution with a seed for this operation; 0 is none. */
  public static Tensor normal(Shape shape, double mean, double stddev, long seed) {
    return normal(shape, mean, stddev, DType.FLOAT32, nextStream("normal", seed, shape.size()));
  }

  /** Float32 numbers of a normal distribution from a generator. */
  public static Tensor normal(Shape shape, double mean, double stddev, Generator generator) {
    return normal(shape, mean, stddev, DType.FLOAT32, generator.next(shape.size()));
  }

  /** Numbers of a normal distribution from a given stream; the half types are rounded float32. */
  public static Tensor normal(
      Shape shape, double mean, double stddev, DType dtype, Generator.Stream stream) {
    if (!(stddev >= 0)) {
      throw new ArgumentException("normal: stddev must not be negative, got " + stddev);
    }
    DType wide = requireFloat("normal", dtype).accumulator();
    Tensor standard =
        Interpreters.bind(
            Prims.RANDOM_NORMAL, new Attrs.Draw(shape, wide, stream.key(), stream.counter()));
    Tensor scaled = stddev == 1 ? standard : standard.mul(stddev);
    return Join.to(dtype, mean == 0 ? scaled : scaled.add(mean));
  }

  /** Float32 numbers of the standard normal distribution. */
  public static Tensor randn(long... shape) {
    Shape s = Shape.of(shape);
    return normal(s, 0, 1, DType.FLOAT32, nextStream("randn", 0, s.size()));
  }

  /** Float32 numbers of the standard normal distribution from a generator. */
  public static Tensor randn(Generator generator, long... shape) {
    return normal(Shape.of(shape), 0, 1, generator);
  }

  // ---- integers ---------------------------------------------------------------------------------

  /** Int64 numbers in {@code [low, high)}. */
  public static Tensor randint(long low, long high, Shape shape) {
    return randint(low, high, shape, 0);
  }

  /** Int64 numbers in {@code [low, high)} with a seed for this operation; 0 is none. */
  public static Tensor randint(long low, long high, Shape shape, long seed) {
    return randint(low, high, shape, nextStream("randint", seed, shape.size()));
  }

  /** Int64 numbers in {@code [low, high)} from a generator. */
  public static Tensor randint(long low, long high, Shape shape, Generator generator) {
    return randint(low, high, shape, generator.next(shape.size()));
  }

  /** Int64 numbers from a given stream: 63 bits modulo the range, so its bias is below 2^-31. */
  private static Tensor randint(long low, long high, Shape shape, Generator.Stream stream) {
    if (low >= high || high - low <= 0 || high - low > 1L << 32) {
      throw new ArgumentException(
          Messages.of("randint: the bounds are no range")
              .line("low ", low)
              .line("high", high)
              .hint("give low < high, at most 2^32 apart")
              .text());
    }
    return Join.binary(Prims.FLOOR_MOD, bits63(shape, stream), range(high - low)).add(low);
  }

  private static Tensor range(long span) {
    return Interpreters.root().fromHost(new long[] {span}, DType.INT64, Shape.scalar());
  }

  /** Int64 numbers in [0, 2^63). */
  private static Tensor bits63(Shape shape, Generator.Stream stream) {
    Shape doubled = shape.insert(shape.rank(), 2);
    Tensor words =
        Interpreters.bind(
                Prims.RANDOM_BITS,
                new Attrs.Draw(doubled, DType.INT32, stream.key(), stream.counter()))
            .cast(DType.INT64);
    Tensor high = Movement.narrow(words, shape.rank(), 0, 1);
    Tensor low = Movement.narrow(words, shape.rank(), 1, 1);
    // 31 bits of the one and 32 of the other word.
    Tensor upper = Join.binary(Prims.AND, high, range(0x7FFFFFFFL));
    Tensor lower = Join.binary(Prims.AND, low, range(0xFFFFFFFFL));
    return Ops.reshape(upper.mul(0x1p32).add(lower), shape.rawDims());
  }

  /** The integers below n in random order, int64. */
  public static Tensor randperm(long n) {
    return randperm(n, 0);
  }

  /** The integers below n in random order, int64, with a seed for this operation; 0 is none. */
  public static Tensor randperm(long n, long seed) {
    return randperm(n, nextStream("randperm", seed, Math.max(n, 0)));
  }

  /** The integers below n in random order, int64, from a generator. */
  public static Tensor randperm(long n, Generator generator) {
    return randperm(n, generator.next(Math.max(n, 0)));
  }

  private static Tensor randperm(long n, Generator.Stream stream) {
    Tensor keys = bits63(Shape.of(n), stream);
    return Interpreters.bindAll(Prims.SORT, new Attrs.Sort(0, false), keys)[1];
  }

  /** The slices along the first axis in random order. */
  public static Tensor shuffle(Tensor x) {
    return shuffle(x, 0);
  }

  /** The slices along the first axis in random order, with a seed for this operation; 0 is none. */
  public static Tensor shuffle(Tensor x, long seed) {
    long n = x.dim(0);
    return Ops.gather(x, randperm(n, nextStream("shuffle", seed, n)), 0);
  }

  /** The slices along the first axis in random order, from a generator. */
  public static Tensor shuffle(Tensor x, Generator generator) {
    return Ops.gather(x, randperm(x.dim(0), generator), 0);
  }

  // ---- choices ----------------------------------------------------------------------------------

  /** One with probability {@code p} and else zero, as float32. */
  public static Tensor bernoulli(Shape shape, double p) {
    return bernoulli(shape, p, 0);
  }

  /** One with probability {@code p} and else zero, with a seed for this operation; 0 is none. */
  public static Tensor bernoulli(Shape shape, double p, long seed) {
    return bernoulli(shape, p, nextStream("bernoulli", seed, shape.size()));
  }

  /** One with probability {@code p} and else zero, from a generator. */
  public static Tensor bernoulli(Shape shape, double p, Generator generator) {
    return bernoulli(shape, p, generator.next(shape.size()));
  }

  private static Tensor bernoulli(Shape shape, double p, Generator.Stream stream) {
    if (!(p >= 0 && p <= 1)) {
      throw new ArgumentException("bernoulli: p must lie in [0, 1], got " + p);
    }
    Tensor unit = uniform(shape, 0, 1, DType.FLOAT64, stream);
    return Join.to(DType.FLOAT32, Join.weak(Prims.LT, unit, p));
  }

  /**
   * Indices drawn with probabilities in proportion to weights.
   *
   * @param weights [classes] or [batch, classes], floats, not negative
   * @param samples how many per row
   * @param replacement whether an index may be drawn again
   * @return int64 of shape [samples] or [batch, samples]
   */
  public static Tensor multinomial(Tensor weights, long samples, boolean replacement) {
    return multinomial(weights, samples, replacement, 0);
  }

  /** The same with a seed for this operation; 0 is none. */
  public static Tensor multinomial(Tensor weights, long samples, boolean replacement, long seed) {
    return multinomial(
        weights, samples, replacement, nextStream("multinomial", seed, Math.max(samples, 0)));
  }

  /** The same from a generator. */
  public static Tensor multinomial(
      Tensor weights, long samples, boolean replacement, Generator generator) {
    return multinomial(weights, samples, replacement, generator.next(Math.max(samples, 0)));
  }

  private static Tensor multinomial(
      Tensor weights, long samples, boolean replacement, Generator.Stream stream) {
    Shape s = weights.shape();
    requireFloat("multinomial", weights.dtype());
    boolean fits = s.rank() == 1 || s.rank() == 2;
    if (!fits || samples < 0 || s.dim(-1) == 0 || (!replacement && samples > s.dim(-1))) {
      throw new ArgumentException(
          Messages.of("multinomial: the weights do not fit the number of samples")
              .line("weights", s + "  [classes] or [batch, classes]")
              .line("samples", samples)
              .hint("without replacement there are at most as many samples as classes")
              .text());
    }
    Tensor w = Join.to(DType.FLOAT64, weights);
    int last = s.rank() - 1;
    if (!replacement) {
      // Exponential races: the earliest of arrivals at rates w are a sample without replacement.
      Tensor unit = uniform(s, 0, 1, DType.FLOAT64, stream);
      Tensor arrival = Join.unary(Prims.LOG1P, unit.neg()).neg().div(w);
      Tensor order = Interpreters.bindAll(Prims.SORT, new Attrs.Sort(last, false), arrival)[1];
      return Movement.narrow(order, last, 0, samples);
    }
    Tensor edges = Interpreters.bind(Prims.CUMSUM, new Attrs.Scan(last, false, false), w);
    Tensor total = Movement.narrow(edges, last, s.dim(-1) - 1, 1);
    Tensor place = uniform(s.with(last, samples), 0, 1, DType.FLOAT64, stream).mul(total);
    Tensor passed =
        Join.binary(Prims.LE, Ops.expandDims(edges, last), Ops.expandDims(place, last + 1));
    return passed.cast(DType.INT64).sum(last + 1);
  }

  private static DType requireFloat(String op, DType dtype) {
    if (!dtype.isFloat()) {
      throw new DTypeException(
          Messages.of(op + ": it is not defined for " + dtype)
              .hint("use a floating-point type")
              .text());
    }
    return dtype;
  }
}
