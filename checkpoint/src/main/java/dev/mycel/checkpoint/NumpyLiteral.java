package dev.mycel.checkpoint;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The dict that describes an array, which NumPy writes as a Python literal. It is taken apart
 * character by character and nothing of it is evaluated: three keys, each once, with a text or a
 * list, with {@code True} or {@code False}, and with a tuple of whole numbers.
 */
final class NumpyLiteral {
  /** Makes an error for a character of the text. */
  interface Failure {
    CheckpointException at(int position, String what);
  }

  private static final int LONGEST_TEXT = 64;

  /** Digits of 2^63 - 1. */
  private static final int LONGEST_NUMBER = 19;

  private final byte[] text;
  private final int depth;
  private final Failure failure;
  private int at;
  private @Nullable NumpyType type;
  private @Nullable Boolean fortran;
  private @Nullable List<Long> shape;

  private NumpyLiteral(byte[] text, int depth, Failure failure) {
    this.text = text;
    this.depth = depth;
    this.failure = failure;
  }

  /** What the dict says. */
  record Described(NumpyType type, boolean fortran, List<Long> shape) {}

  /**
   * Takes a text apart.
   *
   * @param depth how deep lists may lie in each other
   */
  static Described parse(byte[] text, int depth, Failure failure) {
    return new NumpyLiteral(text, depth, failure).dict();
  }

  private Described dict() {
    space();
    expect('{');
    space();
    while (!take('}')) {
      member();
      space();
      if (!take(',')) {
        expect('}');
        break;
      }
      space();
    }
    space();
    if (at < text.length) {
      throw failure.at(at, shown() + " follows the dict of the header");
    }
    if (type == null || fortran == null || shape == null) {
      String missing = type == null ? "descr" : fortran == null ? "fortran_order" : "shape";
      throw failure.at(0, "the header has no " + missing);
    }
    return new Described(type, fortran, shape);
  }

  private void member() {
    int from = at;
    String key = string("a key of the header");
    space();
    expect(':');
    space();
    boolean again;
    switch (key) {
      case "descr" -> {
        again = type != null;
        type = type();
      }
      case "fortran_order" -> {
        again = fortran != null;
        fortran = truth();
      }
      case "shape" -> {
        again = shape != null;
        shape = shape();
      }
      default ->
          throw failure.at(
              from, "the header has the key '" + key + "', which NumPy does not write");
    }
    if (again) {
      throw failure.at(from, "'" + key + "' stands twice in the header");
    }
  }

  // ---- values -----------------------------------------------------------------------------------

  private NumpyType type() {
    int from = at;
    if (peek() == '[') {
      skipList();
      return NumpyType.STRUCTURED;
    }
    String descr = string("descr");
    NumpyType found = NumpyType.named(descr);
    if (found == null) {
      throw failure.at(from, "'" + descr + "' is no element type that NumPy writes");
    }
    return found;
  }

  private boolean truth() {
    if (word("True")) {
      return true;
    }
    if (word("False")) {
      return false;
    }
    throw failure.at(at, "fortran_order is neither True nor False but " + shown());
  }

  private boolean word(String word) {
    byte[] bytes = word.getBytes(StandardCharsets.US_ASCII);
    if (bytes.length > text.length - at) {
      return false;
    }
    for (int i = 0; i < bytes.length; i++) {
      if (text[at + i] != bytes[i]) {
        return false;
      }
    }
    at += bytes.length;
    return true;
  }

  private List<Long> shape() {
    List<Long> extents = new ArrayList<>();
    int from = at;
    expect('(');
    space();
    boolean comma = true;
    while (!take(')')) {
      if (!comma) {
        throw failure.at(at, "the shape has " + shown() + " where a comma should be");
      }
      if (extents.size() == StoredTensors.MOST_AXES) {
        throw failure.at(from, "the shape has more than " + StoredTensors.MOST_AXES + " axes");
      }
      extents.add(number());
      space();
      comma = take(',');
      space();
    }
    if (extents.size() == 1 && !comma) {
      throw failure.at(from, "the shape is a number and not a tuple");
    }
    return extents;
  }

  /** A whole number; NumPy on Python 2 wrote an L behind long ones. */
  private long number() {
    int from = at;
    if (peek() == '-') {
      throw failure.at(from, "an extent of the shape is negative");
    }
    long value = 0;
    while (peek() >= '0' && peek() <= '9') {
      if (at - from == LONGEST_NUMBER || value > (Long.MAX_VALUE - (peek() - '0')) / 10) {
        throw failure.at(from, "an extent of the shape is beyond 2^63");
      }
      value = 10 * value + (peek() - '0');
      at++;
    }
    if (at == from || text[from] == '0' && at > from + 1) {
      throw failure.at(from, "the shape has " + shown() + " where a whole number should be");
    }
    take('L');
    return value;
  }

  /** A short text between quotes, without escapes. */
  private String string(String what) {
    int quote = peek();
    if (quote != '\'' && quote != '"') {
      throw failure.at(at, what + " is no text: it begins with " + shown());
    }
    int from = ++at;
    while (peek() != quote) {
      if (peek() < ' ' || peek() > '~' || peek() == '\\' || at - from == LONGEST_TEXT) {
        throw failure.at(from, what + " is no short text of plain characters");
      }
      at++;
    }
    return new String(text, from, at++ - from, StandardCharsets.US_ASCII);
  }

  /** Passes over the fields of a structured type, which is not loaded. */
  private void skipList() {
    int from = at;
    StringBuilder open = new StringBuilder();
    do {
      int c = peek();
      if (c == '[' || c == '(') {
        if (open.length() == depth) {
          throw failure.at(at, "descr is nested more than " + depth + " deep");
        }
        open.append(c == '[' ? ']' : ')');
      } else if (c == ']' || c == ')') {
        int last = open.length() - 1;
        if (open.charAt(last) != c) {
          throw failure.at(
              at, "descr has " + shown() + " where " + open.charAt(last) + " should be");
        }
        open.setLength(last);
      } else if (c == '\'' || c == '"') {
        skipString(c);
      } else if (c < 0 || c == '{' || c == '}') {
        throw failure.at(from, "descr is a list without an end");
      }
      at++;
    } while (!open.isEmpty());
  }

  /** Goes to the quote that ends a text. */
  private void skipString(int quote) {
    int from = at++;
    while (peek() != quote) {
      at += peek() == '\\' ? 2 : 1;
      if (at >= text.length) {
        throw failure.at(from, "a text has no end");
      }
    }
  }

  // ---- characters -------------------------------------------------------------------------------

  /** The next character, or -1 at the end. */
  private int peek() {
    return at < text.length ? text[at] & 0xff : -1;
  }

  private boolean take(char c) {
    if (peek() != c) {
      return false;
    }
    at++;
    return true;
  }

  private void expect(char c) {
    if (!take(c)) {
      throw failure.at(at, "the header has " + shown() + " where " + c + " should be");
    }
  }

  private void space() {
    while (peek() == ' ' || peek() == '\n' || peek() == '\r' || peek() == '\t') {
      at++;
    }
  }

  /** The next character, for messages. */
  private String shown() {
    int c = peek();
    return c < 0 ? "its end" : c > ' ' && c <= '~' ? "'" + (char) c + "'" : "the byte " + c;
  }
}
