package dev.mycel.train;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Generator;
import dev.mycel.core.Messages;
import dev.mycel.core.Random;
import dev.mycel.core.Scope;
import dev.mycel.core.Tensor;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/**
 * Batches in a new random order in each epoch, which a resumed training goes on with.
 *
 * <pre>{@code
 * var data = ShuffledBatches.of(batches, 42);
 * model.train(10, data, TrainOptions.defaults().resumeFrom(manager), manager.everySteps(100));
 * }</pre>
 *
 * @param <B> a batch
 */
public final class ShuffledBatches<B> implements ResumableData<B> {
  private static final String GENERATOR = "generator";

  private final List<B> batches;
  private final Generator generator;

  private ShuffledBatches(List<B> batches, Generator generator) {
    this.batches = List.copyOf(batches);
    this.generator = generator;
  }

  /** Batches whose orders are fixed by a seed. */
  public static <B> ShuffledBatches<B> of(List<B> batches, long seed) {
    return of(batches, new Generator(seed));
  }

  /** Batches whose orders are drawn from a generator, one draw an epoch. */
  public static <B> ShuffledBatches<B> of(List<B> batches, Generator generator) {
    return new ShuffledBatches<>(batches, generator);
  }

  /** How many batches an epoch has. */
  public int size() {
    return batches.size();
  }

  /** The batches in the order of the next epoch. */
  @Override
  public Iterator<B> iterator() {
    return iterator(0);
  }

  @Override
  public Iterator<B> iterator(long consumed) {
    if (consumed > batches.size()) {
      return Skipping.over(batches.iterator(), consumed);
    }
    long[] order;
    try (Scope scope = Scope.open()) {
      order = Random.randperm(batches.size(), generator).toLongArray();
    }
    return LongStream.of(order).skip(consumed).mapToObj(i -> batches.get((int) i)).iterator();
  }

  @Override
  public Map<String, Object> state() {
    return Map.of(GENERATOR, generator.getState());
  }

  @Override
  public void restoreState(Map<String, Object> state) {
    if (state.size() != 1 || !(state.get(GENERATOR) instanceof Tensor saved)) {
      throw new ArgumentException(
          Messages.of("ShuffledBatches: this is no state of shuffled batches")
              .line("given", String.join(" ", state.keySet()))
              .hint("give the kind of data that the state was saved with")
              .text());
    }
    generator.setState(saved);
  }
}
