package dev.mycel.core;

/**
 * The part of {@link Random} that orders and chooses: permutations, coins, indices by weight,
 * elements of a tensor.
 */
abstract class RandomChoices extends RandomLaws {
  RandomChoices() {}

  // ---- orders -----------------------------------------------------------------------------------

  /** The integers below n in random order, int64. */
  public static Tensor randperm(long n) {
    return randperm(n, 0);
  }

  /** The integers below n in random order, int64, with a seed for this operation; 0 is none. */
  public static Tensor randperm(long n, long seed) {
    return RandomIntegers.permutation("randperm", n, Source.seed(seed));
  }

  /** The integers below n in random order, int64, from a generator. */
  public static Tensor randperm(long n, Generator generator) {
    return RandomIntegers.permutation("randperm", n, Source.of(generator));
  }

  /** The slices along the first axis in random order. */
  public static Tensor shuffle(Tensor x) {
    return shuffle(x, 0);
  }

  /** The slices along the first axis in random order, with a seed for this operation; 0 is none. */
  public static Tensor shuffle(Tensor x, long seed) {
    return shuffle(x, Source.seed(seed));
  }

  /** The slices along the first axis in random order, from a generator. */
  public static Tensor shuffle(Tensor x, Generator generator) {
    return shuffle(x, Source.of(generator));
  }

  private static Tensor shuffle(Tensor x, Source source) {
    requireAxis("shuffle", "x", x);
    return Sampling.exactly(
        () -> Ops.gather(x, RandomIntegers.permutation("shuffle", x.dim(0), source), 0));
  }

  // ---- coins ------------------------------------------------------------------------------------

  /** One with probability {@code p} and else zero, as float32. */
  public static Tensor bernoulli(Shape shape, double p) {
    return bernoulli(shape, p, 0);
  }

  /** One with probability {@code p} and else zero, with a seed for this operation; 0 is none. */
  public static Tensor bernoulli(Shape shape, double p, long seed) {
    return bernoulli(shape, Sampling.number(p), Source.seed(seed));
  }

  /** One with probability {@code p} and else zero, from a generator. */
  public static Tensor bernoulli(Shape shape, double p, Generator generator) {
    return bernoulli(shape, Sampling.number(p), Source.of(generator));
  }

  /** The same for a tensor of probabilities, broadcast with the shape; it gets no gradient. */
  public static Tensor bernoulli(Shape shape, Tensor p) {
    return bernoulli(shape, p, 0);
  }

  /** The same with a seed for this operation; 0 is none. */
  public static Tensor bernoulli(Shape shape, Tensor p, long seed) {
    return bernoulli(shape, p, Source.seed(seed));
  }

  /** The same from a generator. */
  public static Tensor bernoulli(Shape shape, Tensor p, Generator generator) {
    return bernoulli(shape, p, Source.of(generator));
  }

  private static Tensor bernoulli(Shape shape, Tensor p, Source source) {
    Sampling.require("bernoulli", "p", p, v -> v >= 0 && v <= 1, "in [0, 1]");
    Shape all = Sampling.shape("bernoulli", shape, p);
    Generator.Stream stream = source.next("bernoulli", all.size());
    return Sampling.exactly(
        () -> {
          Tensor below = Join.binary(Prims.LT, Sampling.unit(all, stream), p);
          return Join.to(DType.FLOAT32, below);
        });
  }

  // ---- indices by weight ------------------------------------------------------------------------

  /**
   * Indices drawn with probabilities in proportion to weights.
   *
   * @param weights [classes] or [batch, classes], floats, not negative, not all zero in a row
   * @param samples how many per row
   * @param replacement whether an index may be drawn again
   * @return int64 of shape [samples] or [batch, samples]
   */
  public static Tensor multinomial(Tensor weights, long samples, boolean replacement) {
    return multinomial(weights, samples, replacement, 0);
  }

  /** The same with a seed for this operation; 0 is none. */
  public static Tensor multinomial(Tensor weights, long samples, boolean replacement, long seed) {
    return Weighted.indices("multinomial", weights, samples, replacement, Source.seed(seed));
  }

  /** The same from a generator. */
  public static Tensor multinomial(
      Tensor weights, long samples, boolean replacement, Generator generator) {
    return Weighted.indices("multinomial", weights, samples, replacement, Source.of(generator));
  }

  // ---- elements of a tensor ---------------------------------------------------------------------

  /**
   * Slices along the first axis, all equally likely.
   *
   * @param x what is chosen from, of at least one axis
   * @param count how many
   * @param replacement whether a slice may be chosen again
   * @return a tensor [count, ...]
   */
  public static Tensor choice(Tensor x, long count, boolean replacement) {
    return choice(x, count, replacement, 0);
  }

  /** The same with a seed for this operation; 0 is none. */
  public static Tensor choice(Tensor x, long count, boolean replacement, long seed) {
    return choice(x, count, replacement, Source.seed(seed));
  }

  /** The same from a generator. */
  public static Tensor choice(Tensor x, long count, boolean replacement, Generator generator) {
    return choice(x, count, replacement, Source.of(generator));
  }

  /** The same with probabilities in proportion to weights [n], one for each slice. */
  public static Tensor choice(Tensor x, long count, boolean replacement, Tensor weights) {
    return choice(x, count, replacement, weights, 0);
  }

  /** The same with a seed for this operation; 0 is none. */
  public static Tensor choice(
      Tensor x, long count, boolean replacement, Tensor weights, long seed) {
    return choice(x, count, replacement, weights, Source.seed(seed));
  }

  /** The same from a generator. */
  public static Tensor choice(
      Tensor x, long count, boolean replacement, Tensor weights, Generator generator) {
    return choice(x, count, replacement, weights, Source.of(generator));
  }

  private static Tensor choice(Tensor x, long count, boolean replacement, Source source) {
    requireAxis("choice", "x", x);
    Checks.notNegative("choice", "count", count);
    long n = x.dim(0);
    if (count > 0 && n == 0 || !replacement && count > n) {
      throw new ArgumentException(
          Messages.of("choice: there are not enough slices to choose from")
              .line("x    ", x.shape())
              .line("count", count)
              .hint("without replacement a slice comes at most once")
              .text());
    }
    return Sampling.exactly(
        () -> {
          Shape all = Shape.of(count);
          Tensor places =
              replacement
                  ? RandomIntegers.between(0, Math.max(n, 1), all, source.next("choice", count))
                  : Movement.narrow(RandomIntegers.permutation("choice", n, source), 0, 0, count);
          return Ops.gather(x, places, 0);
        });
  }

  private static Tensor choice(
      Tensor x, long count, boolean replacement, Tensor weights, Source source) {
    requireAxis("choice", "x", x);
    if (weights.rank() != 1 || weights.dim(0) != x.dim(0)) {
      throw new ShapeException(
          Messages.of("choice: there is not one weight for each slice")
              .line("x      ", x.shape())
              .line("weights", weights.shape())
              .hint("give weights of shape (" + x.dim(0) + ",)")
              .text());
    }
    return Sampling.exactly(
        () -> Ops.gather(x, Weighted.indices("choice", weights, count, replacement, source), 0));
  }

  /**
   * Places of true elements, chosen at random without repetition, padded with zeros.
   *
   * @param mask bool, of one to five axes
   * @param count how many, positive
   * @return int32 indices [count, rank], and a mask [count] of those that are no padding
   */
  public static Pair<Tensor, Tensor> choiceWithMask(Tensor mask, long count) {
    return choiceWithMask(mask, count, 0);
  }

  /** The same with a seed for this operation; 0 is none. */
  public static Pair<Tensor, Tensor> choiceWithMask(Tensor mask, long count, long seed) {
    requireAxis("choiceWithMask", "the mask", mask);
    if (mask.dtype() != DType.BOOL || mask.rank() > 5 || count < 1) {
      throw new ArgumentException(
          Messages.of("choiceWithMask: it takes a mask and how many places to choose")
              .line("mask ", mask.type())
              .line("count", count)
              .hint("give a bool tensor of one to five axes, and a positive count")
              .text());
    }
    Tensor places = mask.nonzero();
    long n = places.dim(0);
    long chosen = Math.min(n, count);
    Tensor order = RandomIntegers.permutation("choiceWithMask", n, Source.seed(seed));
    Tensor rows = Ops.gather(places, Movement.narrow(order, 0, 0, chosen), 0);
    Tensor padded = rows.cast(DType.INT32).pad(new long[2], new long[] {count - chosen, 0}, 0);
    return new Pair<>(padded, Ops.arange(count).lt(chosen));
  }

  private static void requireAxis(String op, String name, Tensor x) {
    if (Checks.notNull(x, op, name).rank() == 0) {
      throw new ShapeException(
          Messages.of(op + ": a scalar has no slices")
              .line("found", x.type())
              .hint("give a tensor of at least one axis")
              .text());
    }
  }
}
