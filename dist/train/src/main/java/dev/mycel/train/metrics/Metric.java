package dev.mycel.train.metrics;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;
import dev.mycel.core.Tensor;
import dev.mycel.core.TensorException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A number, or a few, about predictions: {@link #clear}, then {@link #update} for each batch, then
 * {@link #eval}.
 *
 * <p>Own metrics override {@link #clear}, {@link #accumulate} and {@link #result}.
 *
 * @param <V> the result: {@code Double}, or an array of doubles
 */
public abstract class Metric<V> {
  private int @Nullable [] indexes;
  private boolean updated;

  /** A metric that has seen nothing. */
  protected Metric() {}

  /** Forgets everything: yours to write; call it from your constructor too. */
  protected abstract void reset();

  /**
   * Takes a batch: yours to write. Tensors are only valid during the call.
   *
   * @param inputs the inputs of {@link #update}, chosen by {@link #setIndexes}
   */
  protected abstract void accumulate(Tensor[] inputs);

  /** The result of what was seen since the last {@link #clear}: yours to write. */
  protected abstract V result();

  /** Forgets everything. */
  public final void clear() {
    updated = false;
    reset();
  }

  /**
   * Takes a batch.
   *
   * @param inputs as many as the metric takes: most often predictions and labels
   */
  public final void update(Tensor... inputs) {
    accumulate(chosen(inputs));
    updated = true;
  }

  /**
   * The result of what was seen since the last {@link #clear}.
   *
   * @throws TensorException if nothing was
   */
  public final V eval() {
    if (!updated) {
      throw new TensorException(
          Messages.of(name() + ": eval was called before any update")
              .hint("update(predictions, labels) takes a batch")
              .text());
    }
    return result();
  }

  /** Clears, takes one batch, and returns its result. */
  public final V call(Tensor... inputs) {
    clear();
    update(inputs);
    return eval();
  }

  /**
   * Chooses which inputs of {@link #update} the metric takes, and in which order: {@code
   * setIndexes(0, 2)} for predictions, first and third of three.
   *
   * @return this
   */
  public final Metric<V> setIndexes(int... places) {
    for (int place : places) {
      if (place < 0) {
        throw new ArgumentException(
            name() + ": setIndexes takes places from 0 on, got " + Arrays.toString(places));
      }
    }
    indexes = places.clone();
    return this;
  }

  private Tensor[] chosen(Tensor[] inputs) {
    int[] places = indexes;
    if (places == null) {
      return inputs;
    }
    Tensor[] picked = new Tensor[places.length];
    for (int i = 0; i < picked.length; i++) {
      if (places[i] >= inputs.length) {
        throw new ArgumentException(
            Messages.of(name() + ": update got fewer inputs than setIndexes names")
                .line("indexes", Arrays.toString(places))
                .line("inputs ", inputs.length)
                .text());
      }
      picked[i] = inputs[places[i]];
    }
    return picked;
  }

  /** What messages call the metric. */
  protected String name() {
    return getClass().getSimpleName();
  }
}
