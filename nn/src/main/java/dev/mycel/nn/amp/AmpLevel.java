package dev.mycel.nn.amp;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;

/** How much of a network computes in a low type. */
public enum AmpLevel {
  /** Nothing: the network stays as it is. */
  O0("O0"),
  /** Cells and operations of the white list compute in the low type and give float32. */
  O1("O1"),
  /** Everything computes in the low type but the cells of the black list; the result is float32. */
  O2("O2"),
  /** Everything computes in the low type; the result is float32. */
  O3("O3"),
  /**
   * Operations decide: contractions and convolutions compute in the low type, exponentials, sums,
   * norms and losses in float32, the rest as their inputs. The result may be of the low type. What
   * {@code toFloat} has chosen for a cell stays.
   */
  AUTO("auto");

  private final String label;

  AmpLevel(String label) {
    this.label = label;
  }

  /** The level of that name in MindSpore: {@code O0}, {@code O1}, {@code O2}, {@code O3}, auto. */
  public static AmpLevel of(String name) {
    for (AmpLevel level : values()) {
      if (level.label.equals(name)) {
        return level;
      }
    }
    throw new ArgumentException(
        Messages.of("ampLevel: there is no level '" + name + "'")
            .hint("use one of O0, O1, O2, O3, auto")
            .text());
  }

  /** MindSpore's name. */
  @Override
  public String toString() {
    return label;
  }
}
