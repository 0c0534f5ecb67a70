package dev.mycel.core;

import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Where the seeds of {@link Random} stand: the global seed, and how often each operation has drawn.
 * Put back by {@link Random#setState}, it makes all operations go on with the numbers that
 * followed. Draws with neither seed are fresh ones in every run and have no state.
 *
 * @param globalSeed the global seed; empty if it was never set
 * @param sequences one for each operation and operation's seed that has drawn, in any order
 */
public record RandomState(OptionalLong globalSeed, List<Sequence> sequences) {
  /**
   * How far the numbers of one operation have come.
   *
   * @param op the operation, for example {@code dropout}
   * @param seed the operation's seed, not negative; 0 for none
   * @param draws how many draws it has done, not negative
   */
  public record Sequence(String op, long seed, long draws) {
    /** Refuses negative numbers. */
    public Sequence {
      if (seed < 0 || draws < 0) {
        throw new ArgumentException(
            Messages.of("randomState: numbers of a sequence must not be negative")
                .line("operation", op)
                .line("seed     ", seed)
                .line("draws    ", draws)
                .text());
      }
    }
  }

  /** Refuses a negative seed, and two sequences of one operation and seed. */
  public RandomState {
    if (globalSeed.isPresent() && globalSeed.getAsLong() < 0) {
      throw new ArgumentException(
          "randomState: a seed must not be negative, got " + globalSeed.getAsLong());
    }
    sequences = List.copyOf(sequences);
    Set<Sequence> seen = new HashSet<>();
    for (Sequence s : sequences) {
      if (!seen.add(new Sequence(s.op(), s.seed(), 0))) {
        throw new ArgumentException(
            Messages.of("randomState: one sequence is there twice")
                .line("operation", s.op())
                .line("seed     ", s.seed())
                .text());
      }
    }
  }
}
