package dev.mycel.train;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Generator;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How a training goes; immutable, each method gives a changed copy. */
public final class TrainOptions {
  private static final TrainOptions DEFAULTS = new TrainOptions(0, 1, null, null, Map.of());

  final int initialEpoch;
  private final int every;
  private final @Nullable Set<Integer> epochs;
  final @Nullable Resume resume;
  final Map<String, Generator> generators;

  /** Where a training that is resumed finds its state; empty if there is none yet. */
  interface Resume {
    Optional<Path> file();
  }

  private TrainOptions(
      int initialEpoch,
      int every,
      @Nullable Set<Integer> epochs,
      @Nullable Resume resume,
      Map<String, Generator> generators) {
    this.initialEpoch = initialEpoch;
    this.every = every;
    this.epochs = epochs;
    this.resume = resume;
    this.generators = generators;
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
    return new TrainOptions(epochs, every, this.epochs, resume, generators);
  }

  /** Evaluates after epochs whose number is a multiple of that. */
  public TrainOptions validFrequency(int every) {
    if (every < 1) {
      throw new ArgumentException("fit: validFrequency must be at least 1, got " + every);
    }
    return new TrainOptions(initialEpoch, every, null, resume, generators);
  }

  /** Evaluates after the epochs of those numbers, from 1. */
  public TrainOptions validEpochs(Collection<Integer> numbers) {
    return new TrainOptions(initialEpoch, every, Set.copyOf(numbers), resume, generators);
  }

  /**
   * Goes on where a training was when it saved that file: with its parameters, optimiser, loss
   * scale, random numbers and callbacks' states, in its epoch and at its batch. It ends as a
   * training that was never ended: to the bit, if network, optimiser, data, callbacks and backend
   * are made as they were.
   *
   * @param file a {@link TrainingState}
   */
  public TrainOptions resumeFrom(Path file) {
    Optional<Path> found = Optional.of(file);
    return new TrainOptions(initialEpoch, every, epochs, () -> found, generators);
  }

  /**
   * Goes on with the newest whole state of a manager; if it has none, begins anew: so one and the
   * same program starts a training and continues it after a kill.
   */
  public TrainOptions resumeFrom(CheckpointManager manager) {
    return new TrainOptions(initialEpoch, every, epochs, manager::latest, generators);
  }

  /**
   * Names a generator that data or network draw from, so that it is saved and resumed with the
   * training. The default generator and the seeds of {@code Random} always are.
   */
  public TrainOptions generator(String name, Generator generator) {
    Map<String, Generator> more = new LinkedHashMap<>(generators);
    if (more.putIfAbsent(name, generator) != null) {
      throw new ArgumentException("train: two generators are called '" + name + "'");
    }
    return new TrainOptions(initialEpoch, every, epochs, resume, Collections.unmodifiableMap(more));
  }

  boolean evaluatesAfter(int epoch) {
    return epochs == null ? epoch % every == 0 : epochs.contains(epoch);
  }
}
