package dev.mycel.checkpoint.tool;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Texts from files as they may go to a terminal. */
final class Printable {
  private static final int LONGEST = 200;

  private Printable() {}

  /**
   * A name with all that could move the cursor, hide or turn letters replaced by escapes as in
   * Java, and a long one cut.
   */
  static String name(String name) {
    String shown = name.length() <= LONGEST ? name : name.substring(0, LONGEST) + "...";
    return escaped(shown.replace("\\", "\\\\"));
  }

  /** A message of several lines as one. */
  static String line(String message) {
    return escaped(
        message
            .lines()
            .map(l -> l.strip().replaceAll(" {2,}", " "))
            .collect(Collectors.joining("; ")));
  }

  /** Text whose control characters but line feeds become escapes. */
  static String escapedLines(String text) {
    return text.lines().map(Printable::escaped).collect(Collectors.joining("\n"));
  }

  private static String escaped(String text) {
    StringBuilder out = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            c -> {
              if (isPlain(c)) {
                out.appendCodePoint(c);
              } else {
                for (char unit : Character.toChars(c)) {
                  out.append(String.format(Locale.ROOT, "\\u%04x", (int) unit));
                }
              }
            });
    return out.toString();
  }

  private static boolean isPlain(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }

  /** Extents as Python prints them. */
  static String shape(List<Long> dims) {
    String inner = dims.stream().map(String::valueOf).collect(Collectors.joining(", "));
    return dims.size() == 1 ? "(" + inner + ",)" : "(" + inner + ")";
  }

  /** Millions of bytes. */
  static String megabytes(long bytes) {
    return String.format(Locale.ROOT, "%.3f", bytes / 1e6);
  }

  /** A number with six digits, or a whole one with all. */
  static String number(Number value) {
    return value instanceof Long ? value.toString() : number(value.doubleValue());
  }

  private static String number(double value) {
    return Double.isFinite(value)
        ? String.format(Locale.ROOT, "%.6g", value)
        : String.valueOf(value);
  }
}
