package dev.mycel.core;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
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
public final class Random extends RandomChoices {
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

  /** As in a fresh process: no global seed, every sequence at its beginning. For tests. */
  static void forgetSeed() {
    seeds = new Seeds(OptionalLong.empty());
  }

  /** The global seed; empty if it was never set. */
  public static OptionalLong getSeed() {
    return seeds.global();
  }

  /** Where the seeds stand now; sequences in the order of their operations' names. */
  public static RandomState getState() {
    Seeds now = seeds;
    List<RandomState.Sequence> sequences = new ArrayList<>();
    now.counters()
        .forEach((s, n) -> sequences.add(new RandomState.Sequence(s.op(), s.seed(), n.get())));
    sequences.sort(
        Comparator.comparing(RandomState.Sequence::op)
            .thenComparingLong(RandomState.Sequence::seed));
    return new RandomState(now.global(), sequences);
  }

  /** Puts the seeds back to where they stood; generators are left alone. */
  public static void setState(RandomState state) {
    Seeds next = new Seeds(state.globalSeed());
    for (RandomState.Sequence s : state.sequences()) {
      next.counters().put(new Sequence(s.op(), s.seed()), new AtomicLong(s.draws()));
    }
    seeds = next;
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
   * Numbers in {@code [min, max)} from a given stream, in a floating-point type. None of them is
   * outside the bounds, whether or not the type can hold those.
   */
  public static Tensor uniform(
      Shape shape, double min, double max, DType dtype, Generator.Stream stream) {
    if (!(min <= max) || !Double.isFinite(max - min)) {
      throw Sampling.noRange(
          "uniform", "min", String.valueOf(min), "max", String.valueOf(max), true);
    }
    requireFloat("uniform", dtype);
    if (min == 0 && max == 1) {
      return Interpreters.bind(
          Prims.RANDOM_UNIFORM, new Attrs.Draw(shape, dtype, stream.key(), stream.counter()));
    }
    if (min == max) {
      return Ops.full(shape, min, dtype);
    }
    double low = Grid.atLeast(min, dtype);
    double high = Grid.below(max, dtype);
    if (low > high) {
      throw Sampling.noneBetween("uniform", min, max, dtype);
    }
    return Sampling.exactly(
        () -> {
          Tensor spread = Sampling.unit(shape, stream).mul(max - min).add(min);
          // What rounds up to the excluded bound belongs, on a circle, to the included one.
          Tensor drawn = Join.to(dtype, spread);
          Tensor below = Ops.where(drawn.gt(high), low, drawn);
          return Join.weak(Prims.MAX, below, low);
        });
  }

  /**
   * Numbers in {@code [min, max)} for tensors of bounds, which are broadcast with the shape:
   * float64 if one of them is, else float32. Gradients flow to the bounds.
   */
  public static Tensor uniform(Shape shape, Tensor min, Tensor max) {
    return uniform(shape, min, max, 0);
  }

  /** The same with a seed for this operation; 0 is none. */
  public static Tensor uniform(Shape shape, Tensor min, Tensor max, long seed) {
    return uniform(shape, min, max, Sampling.type(min, max), Source.seed(seed));
  }

  /** The same in that element type: a floating-point type, or int32 or int64 for whole numbers. */
  public static Tensor uniform(Shape shape, Tensor min, Tensor max, long seed, DType dtype) {
    return uniform(shape, min, max, dtype, Source.seed(seed));
  }

  /** The same from a generator. */
  public static Tensor uniform(Shape shape, Tensor min, Tensor max, Generator generator) {
    return uniform(shape, min, max, Sampling.type(min, max), Source.of(generator));
  }

  private static Tensor uniform(Shape shape, Tensor min, Tensor max, DType dtype, Source source) {
    boolean whole = dtype == DType.INT32 || dtype == DType.INT64;
    if (whole) {
      requireWhole(min, max);
      Sampling.requireBelow("uniform", "min", min, "max", max);
    } else {
      requireFloat("uniform", dtype);
      Sampling.requireRange("uniform", "min", min, "max", max);
    }
    Shape all = Sampling.shape("uniform", shape, min, max);
    Generator.Stream stream = source.next("uniform", all.size());
    if (whole) {
      return Sampling.exactly(() -> Join.to(dtype, RandomIntegers.between(min, max, all, stream)));
    }
    return Sampling.exactly(
        () -> {
          Tensor low = Join.to(DType.FLOAT64, min);
          Tensor high = Join.to(DType.FLOAT64, max);
          Tensor drawn = Sampling.unit(all, stream).mul(high.sub(low)).add(low);
          // Compared as it will be rounded: see above.
          Tensor rounded = Join.to(DType.FLOAT64, Join.to(dtype, drawn));
          Tensor inside = Join.binary(Prims.LT, rounded, high);
          return Join.to(dtype, Ops.where(inside, drawn, Join.to(all, low)));
        });
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
    requireFloat("normal", dtype);
    if (!(stddev >= 0) || !Double.isFinite(stddev) || !Double.isFinite(mean)) {
      throw new ArgumentException(
          Messages.of("normal: there is no such distribution")
              .line("mean  ", mean)
              .line("stddev", stddev)
              .hint("give a finite mean and a finite stddev that is not negative")
              .text());
    }
    return Sampling.exactly(
        () -> {
          Tensor standard = Sampling.normal(shape, dtype, stream);
          Tensor scaled = stddev == 1 ? standard : standard.mul(stddev);
          return Join.to(dtype, mean == 0 ? scaled : scaled.add(mean));
        });
  }

  /**
   * Numbers of normal distributions for tensors of means and deviations, which are broadcast with
   * the shape: float64 if one of them is, else float32. Gradients flow to both.
   */
  public static Tensor normal(Shape shape, Tensor mean, Tensor stddev) {
    return normal(shape, mean, stddev, 0);
  }

  /** The same with a seed for this operation; 0 is none. */
  public static Tensor normal(Shape shape, Tensor mean, Tensor stddev, long seed) {
    return normal(shape, mean, stddev, Source.seed(seed));
  }

  /** The same from a generator. */
  public static Tensor normal(Shape shape, Tensor mean, Tensor stddev, Generator generator) {
    return normal(shape, mean, stddev, Source.of(generator));
  }

  private static Tensor normal(Shape shape, Tensor mean, Tensor stddev, Source source) {
    Sampling.finite("normal", "mean", mean);
    Sampling.notNegative("normal", "stddev", stddev);
    DType dtype = Sampling.type(mean, stddev);
    Shape all = Sampling.shape("normal", shape, mean, stddev);
    Generator.Stream stream = source.next("normal", all.size());
    return Sampling.exactly(
        () -> {
          Tensor standard = Sampling.normal(all, dtype, stream);
          return standard.mul(Join.to(dtype, stddev)).add(Join.to(dtype, mean));
        });
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
    return RandomIntegers.between(low, high, shape, nextStream("randint", seed, shape.size()));
  }

  /** The same in another element type, which holds both bounds. */
  public static Tensor randint(long low, long high, Shape shape, long seed, DType dtype) {
    Checks.fits("randint", low, dtype);
    Checks.fits("randint", high - 1, dtype);
    return Join.to(dtype, randint(low, high, shape, seed));
  }

  /** Int64 numbers in {@code [low, high)} from a generator. */
  public static Tensor randint(long low, long high, Shape shape, Generator generator) {
    return RandomIntegers.between(low, high, shape, generator.next(shape.size()));
  }

  // ---- like another tensor ----------------------------------------------------------------------

  /** Numbers in [0, 1) of a tensor's shape and floating-point type. */
  public static Tensor randLike(Tensor x) {
    Shape s = Checks.notNull(x, "randLike", "x").shape();
    DType dtype = requireFloat("randLike", x.dtype());
    return uniform(s, 0, 1, dtype, nextStream("randLike", 0, s.size()));
  }

  /** Standard normal numbers of a tensor's shape and floating-point type. */
  public static Tensor randnLike(Tensor x) {
    Shape s = Checks.notNull(x, "randnLike", "x").shape();
    DType dtype = requireFloat("randnLike", x.dtype());
    return normal(s, 0, 1, dtype, nextStream("randnLike", 0, s.size()));
  }

  /** Whole numbers in {@code [low, high)} of a tensor's shape and type. */
  public static Tensor randintLike(Tensor x, long low, long high) {
    return randint(low, high, Checks.notNull(x, "randintLike", "x").shape(), 0, x.dtype());
  }

  private static void requireWhole(Tensor min, Tensor max) {
    if (!min.dtype().isInteger() || !max.dtype().isInteger()) {
      throw new DTypeException(
          Messages.of("uniform: whole numbers need whole bounds")
              .line("min", min.type())
              .line("max", max.type())
              .hint("give bounds of an integer type, or ask for a floating-point type")
              .text());
    }
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
