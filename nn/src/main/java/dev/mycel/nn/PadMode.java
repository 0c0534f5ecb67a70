package dev.mycel.nn;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;
import java.util.Locale;

/** How a window operation treats the borders of its input. */
public enum PadMode {
  /**
   * As many places as strides fit: {@code ceil(in / stride)}; an odd unit of padding goes behind.
   */
  SAME,
  /** No padding: windows lie wholly inside the input. */
  VALID,
  /** Explicit padding. */
  PAD;

  /** The mode of that name, in any case. */
  public static PadMode of(String name) {
    for (PadMode mode : values()) {
      if (mode.name().equalsIgnoreCase(name)) {
        return mode;
      }
    }
    throw new ArgumentException(
        Messages.of("padMode: there is no mode named '" + name + "'")
            .hint("use same, valid or pad")
            .text());
  }

  /** The name in lower case, as MindSpore writes it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
