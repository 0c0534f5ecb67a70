package dev.mycel.train;

import dev.mycel.core.ArgumentException;
import java.util.Collection;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How a training goes; immutable, each method gives a changed copy. */
public final class TrainOptions {
  private static final TrainOptions DEFAULTS = new TrainOptions(0, 1, null);

  final int initialEpoch;
  private final int every;
  private final @Nullable Set<Integer> epochs;

  private TrainOptions(int initialEpoch, int every, @Nullable Set<Integer> epochs) {
    this.initialEpoch = initialEpoch;
    this.every = every;
    this.epochs = epochs;
  }

  /** From the first epoch on, with an evaluation after each. */
  public static TrainOptions defaults() {
    return DEFAULTS;
  }

  /** How many epochs are taken as done: the first one has the number after it. */
  public TrainOptions initialEpoch(int epochs) {
    if (epochs < 0) {
      throw new ArgumentException("train: initialEpoch must not be negative, got " + epochs);
    }
    return new TrainOptions(epochs, every, this.epochs);
  }

  /** Evaluates after epochs whose number is a multiple of that. */
  public TrainOptions validFrequency(int every) {
    if (every < 1) {
      throw new ArgumentException("fit: validFrequency must be at least 1, got " + every);
    }
    return new TrainOptions(initialEpoch, every, null);
  }

  /** Evaluates after the epochs of those numbers, from 1. */
  public TrainOptions validEpochs(Collection<Integer> numbers) {
    return new TrainOptions(initialEpoch, every, Set.copyOf(numbers));
  }

  boolean evaluatesAfter(int epoch) {
    return epochs == null ? epoch % every == 0 : epochs.contains(epoch);
  }
}
