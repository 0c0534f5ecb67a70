package dev.mycel.nn.init;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;
import java.util.Locale;

/** Which number of connections scales initial weights. */
public enum Mode {
  /** Those into a unit: keeps the spread of activations. */
  FAN_IN,
  /** Those out of a unit: keeps the spread of gradients. */
  FAN_OUT,
  /** The mean of both. */
  FAN_AVG;

  /** The mode of that name, in any case. */
  public static Mode of(String name) {
    for (Mode mode : values()) {
      if (mode.name().equalsIgnoreCase(name)) {
        return mode;
      }
    }
    throw new ArgumentException(
        Messages.of("mode: there is none named '" + name + "'")
            .hint("use fan_in, fan_out or fan_avg")
            .text());
  }

  /** The name in lower case, as MindSpore writes it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
