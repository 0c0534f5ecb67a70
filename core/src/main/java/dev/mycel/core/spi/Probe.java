package dev.mycel.core.spi;

/**
 * Whether a backend can be opened here.
 *
 * @param available whether it can
 * @param sentence what was found, or why it cannot
 */
public record Probe(boolean available, String sentence) {
  /** It can be opened. */
  public static Probe available(String found) {
    return new Probe(true, found);
  }

  /** It cannot be opened, and why. */
  public static Probe unavailable(String why) {
    return new Probe(false, why);
  }
}
