package dev.mycel.checkpoint.names;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Tensor;
import java.util.List;
import java.util.Optional;

/**
 * How values of a checkpoint become one value under another name. {@link Transforms} has the usual
 * ones; a format with conventions of its own may bring others.
 *
 * <p>What {@link #form} accepts, {@link #apply} computes without an error: a load is checked by
 * forms before a value is read.
 */
public interface ValueTransform {
  /**
   * The form of the result.
   *
   * @throws ArgumentException if the sources do not fit, with the reason alone: who asks adds names
   */
  ValueForm form(List<ValueForm> sources);

  /** The result: a tensor of that form, which may be a view of a source. */
  Tensor apply(List<Tensor> sources);

  /**
   * What makes the source of the result again, for a transform of one source that loses nothing.
   */
  default Optional<ValueTransform> inverse() {
    return Optional.empty();
  }

  /** This one and then another, which takes its result as its only source. */
  default ValueTransform then(ValueTransform next) {
    return new Chain(this, next);
  }
}
