package dev.mycel.train;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;
import dev.mycel.core.Tensor;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Looks values up in a callback's restored state. */
final class CallbackStates {
  private CallbackStates() {}

  /** A whole number that is not negative. */
  static long number(String op, Map<String, Object> state, String name) {
    if (state.get(name) instanceof Long number && number >= 0) {
      return number;
    }
    throw refused(op, name, "a whole number", state.get(name));
  }

  static double real(String op, Map<String, Object> state, String name) {
    if (state.get(name) instanceof Double number) {
      return number;
    }
    throw refused(op, name, "a number", state.get(name));
  }

  static Tensor tensor(@Nullable Object value) {
    if (value instanceof Tensor t) {
      return t;
    }
    throw refused("callback", "a list", "a tensor", value);
  }

  private static ArgumentException refused(
      String op, String name, String expected, @Nullable Object found) {
    return new ArgumentException(
        Messages.of(op + ": this is no state of such a callback")
            .line("entry   ", name)
            .line("found   ", found)
            .line("expected", expected)
            .hint("resume with the callbacks that the state was saved with")
            .text());
  }
}
