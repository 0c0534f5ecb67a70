package dev.mycel.core;

import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A source of random draws with a state of two numbers, (seed, offset). Equal states give equal
 * numbers, so {@code g2.setState(g1.getState())} makes two generators continue alike.
 *
 * <p>The seed is the Philox key and the offset the counter of the next draw; every draw adds one to
 * the offset, whatever its extent. Safe for use by several threads: each draw gets an offset of its
 * own.
 */
public final class Generator {
  /**
   * What one draw needs, as {@link Attrs.Draw} takes it.
   *
   * @param key the Philox key
   * @param counter the draw's counter; no other draw under that key has it
   */
  public record Stream(long key, long counter) {}

  private static final Generator DEFAULT = new Generator();

  private final AtomicReference<Stream> state;

  /** A generator with a fresh random seed. */
  public Generator() {
    this(Entropy.next() & Long.MAX_VALUE);
  }

  /** A generator with that seed and offset zero. */
  public Generator(long seed) {
    state = new AtomicReference<>(new Stream(seed, 0));
  }

  /** The generator that serves where none is named; {@link Random#setSeed} leaves it alone. */
  public static Generator defaultGenerator() {
    return DEFAULT;
  }

  /** Sets the seed and puts the offset back to zero. Returns this generator. */
  public Generator manualSeed(long seed) {
    state.set(new Stream(seed, 0));
    return this;
  }

  /** The seed in force. */
  public long initialSeed() {
    return now().key();
  }

  /** Chooses a fresh random seed, puts the offset back to zero, and returns the seed. */
  public long seed() {
    long fresh = Entropy.next() & Long.MAX_VALUE;
    manualSeed(fresh);
    return fresh;
  }

  /** Seed and offset as an int64 tensor of shape [2]. */
  public Tensor getState() {
    Stream now = now();
    long[] words = {now.key(), now.counter()};
    return Interpreters.root().fromHost(words, DType.INT64, Shape.of(2));
  }

  /**
   * Takes over the state of another generator.
   *
   * @param saved what {@link #getState} gave: int64 of shape [2]
   * @return this generator
   */
  public Generator setState(Tensor saved) {
    if (saved.dtype() != DType.INT64 || !saved.shape().equals(Shape.of(2))) {
      throw new ArgumentException(
          Messages.of("setState: this is no generator's state")
              .line("found   ", saved.type())
              .line("expected", "int64(2,), seed and offset")
              .hint("pass what getState() returned")
              .text());
    }
    long[] words = (long[]) Interpreters.root().toHost(Interpreters.readable(saved));
    state.set(new Stream(words[0], words[1]));
    return this;
  }

  /**
   * The key and counter of the next draw; the offset moves on by one.
   *
   * @param elements how many elements the draw has, not negative
   */
  public Stream next(long elements) {
    if (elements < 0) {
      throw new ArgumentException("generator: a draw cannot have " + elements + " elements");
    }
    return DrawLog.stream("generator", elements, this::advance);
  }

  private Stream advance() {
    return Objects.requireNonNull(
        state.getAndUpdate(now -> new Stream(now.key(), now.counter() + 1)));
  }

  private Stream now() {
    return Objects.requireNonNull(state.get());
  }

  @Override
  public String toString() {
    Stream now = now();
    return "Generator(seed=" + now.key() + ", offset=" + now.counter() + ")";
  }
}
