package dev.mycel.nn;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;
import java.util.Locale;

/** How a loss sums up the losses of single elements. */
public enum Reduction {
  /** Not at all. */
  NONE,
  /** Their (weighted) mean. */
  MEAN,
  /** Their sum. */
  SUM;

  /** The reduction of that name, in any case. */
  public static Reduction of(String name) {
    for (Reduction reduction : values()) {
      if (reduction.name().equalsIgnoreCase(name)) {
        return reduction;
      }
    }
    throw new ArgumentException(
        Messages.of("reduction: there is none named '" + name + "'")
            .hint("use none, mean or sum")
            .text());
  }

  /** The name in lower case, as MindSpore writes it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
