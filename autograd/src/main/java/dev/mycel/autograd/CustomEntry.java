package dev.mycel.autograd;

import dev.mycel.core.Tensor;
import org.jspecify.annotations.Nullable;

/** What an entry of a {@link Tape} does that is not a row of the table. */
interface CustomEntry {
  /**
   * Gradients by input.
   *
   * @param dy gradients by output, null where nothing flows
   */
  @Nullable Tensor[] pull(@Nullable Tensor[] dy);

  /** Whether it is pulled though no gradient arrives. */
  default boolean isDue() {
    return false;
  }

  /** Gives up what it kept. */
  void drop();
}
