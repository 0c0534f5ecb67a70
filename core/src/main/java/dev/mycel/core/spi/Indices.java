package dev.mycel.core.spi;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;

/** The check of indices that kernels of all backends share, so that all say the same. */
public final class Indices {
  private Indices() {}

  /**
   * The index counted from the front.
   *
   * @param op what the user called
   * @param index in {@code [-extent, extent)}; anything else is refused
   */
  public static long fromFront(String op, long index, int axis, long extent) {
    if (index < -extent || index >= extent) {
      throw new ArgumentException(
          Messages.of(op + ": index " + index + " is out of range")
              .line("axis  ", axis)
              .line("extent", extent)
              .hint(
                  extent == 0
                      ? "the axis has no elements"
                      : "indices go from " + -extent + " to " + (extent - 1))
              .text());
    }
    return index < 0 ? index + extent : index;
  }
}
