package dev.mycel.train;

import java.util.Iterator;
import java.util.Map;

/**
 * Data whose batches come in another order in each epoch, by something that the data itself keeps:
 * a {@link TrainingState} saves that, so that a training that was ended in the middle of an epoch
 * goes on with the very batches that were left.
 *
 * <p>Data that draws its order from {@code Random}, or from a generator that the training state
 * knows, needs none of this: a plain {@link Iterable} will do, because random numbers are put back
 * to the beginning of the epoch before the batches are gone through again.
 *
 * @param <B> a batch
 */
public interface ResumableData<B> extends Iterable<B> {
  /**
   * What the next {@link #iterator} depends on, by name: strings, longs, doubles, booleans or
   * tensors. It is asked for before each epoch.
   */
  Map<String, Object> state();

  /**
   * Takes over what {@link #state} gave, perhaps in another process. Tensors are valid during the
   * call.
   *
   * @throws RuntimeException if it does not fit; nothing shall have changed then
   */
  void restoreState(Map<String, Object> state);

  /**
   * The batches of an epoch after the first ones. By default these are fetched and dropped; data
   * that can leave them out overrides this.
   *
   * @param consumed how many batches are passed over
   */
  default Iterator<B> iterator(long consumed) {
    return Skipping.over(iterator(), consumed);
  }
}
