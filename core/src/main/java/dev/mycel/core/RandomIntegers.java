package dev.mycel.core;

/** Random integers and permutations from a stream. */
final class RandomIntegers {
  private RandomIntegers() {}

  /**
   * Int64 numbers in {@code [low, high)}: 63 bits modulo the range, so that no number is likelier
   * than another by more than 2^-31.
   */
  static Tensor between(long low, long high, Shape shape, Generator.Stream stream) {
    if (low >= high || high - low <= 0 || high - low > 1L << 32) {
      throw new ArgumentException(
          Messages.of("randint: the bounds are no range")
              .line("low ", low)
              .line("high", high)
              .hint("give low < high, at most 2^32 apart")
              .text());
    }
    return Join.binary(Prims.FLOOR_MOD, bits63(shape, stream), number(high - low)).add(low);
  }

  /** Whole numbers in {@code [low, high)} for tensors of bounds that the shape includes. */
  static Tensor between(Tensor low, Tensor high, Shape shape, Generator.Stream stream) {
    Tensor from = Join.to(DType.INT64, low);
    Tensor span = Join.to(DType.INT64, high).sub(from);
    return Join.binary(Prims.FLOOR_MOD, bits63(shape, stream), span).add(from);
  }

  /** The integers below n in random order, int64. */
  static Tensor permutation(String op, long n, Source source) {
    Checks.notNegative(op, "n", n);
    Tensor keys = bits63(Shape.of(n), source.next(op, n));
    return Interpreters.bindAll(Prims.SORT, new Attrs.Sort(0, false), keys)[1];
  }

  private static Tensor number(long value) {
    return Interpreters.root().fromHost(new long[] {value}, DType.INT64, Shape.scalar());
  }

  /** Int64 numbers in [0, 2^63): 31 bits of one and 32 of another word. */
  private static Tensor bits63(Shape shape, Generator.Stream stream) {
    Shape doubled = shape.insert(shape.rank(), 2);
    Tensor words =
        Interpreters.bind(
                Prims.RANDOM_BITS,
                new Attrs.Draw(doubled, DType.INT32, stream.key(), stream.counter()))
            .cast(DType.INT64);
    Tensor high = Movement.narrow(words, shape.rank(), 0, 1);
    Tensor low = Movement.narrow(words, shape.rank(), 1, 1);
    Tensor upper = Join.binary(Prims.AND, high, number(0x7FFFFFFFL));
    Tensor lower = Join.binary(Prims.AND, low, number(0xFFFFFFFFL));
    return Ops.reshape(upper.mul(0x1p32).add(lower), shape.rawDims());
  }
}
