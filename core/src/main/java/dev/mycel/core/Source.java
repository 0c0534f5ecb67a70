package dev.mycel.core;

/** Where a random function takes its key and counter from: an operation's seed or a generator. */
@FunctionalInterface
interface Source {
  /** The stream of a draw of that many elements by that operation. */
  Generator.Stream next(String op, long elements);

  /** The sequence of the operation under the global seed. */
  static Source seed(long opSeed) {
    return (op, elements) -> Random.nextStream(op, opSeed, elements);
  }

  /** The generator's next draw, whatever the operation. */
  static Source of(Generator generator) {
    Checks.notNull(generator, "random", "the generator");
    return (op, elements) -> generator.next(elements);
  }
}
