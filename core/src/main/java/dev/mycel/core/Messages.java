package dev.mycel.core;

import org.jspecify.annotations.Nullable;

/**
 * Builds the text of an error: <i>operation: what is wrong</i>, then one indented line per thing
 * that was found, then a hint that says what to do.
 *
 * <p>One builder for all modules, so that messages look alike everywhere.
 */
public final class Messages {
  private final StringBuilder text;

  private Messages(String headline) {
    text = new StringBuilder(headline);
  }

  /** Starts a message with its headline, for example {@code matmul: inner axes differ}. */
  public static Messages of(String headline) {
    return new Messages(headline);
  }

  /** Adds a line {@code label value}. */
  public Messages line(String label, @Nullable Object value) {
    text.append("\n  ").append(label).append("  ").append(value);
    return this;
  }

  /** Adds the line that says what to do. */
  public Messages hint(String hint) {
    return line("hint", hint);
  }

  /** The whole message. */
  public String text() {
    return text.toString();
  }
}
