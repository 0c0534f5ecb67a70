package dev.mycel.autograd;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;
import org.jspecify.annotations.Nullable;

/** What every function of derivatives asks of its arguments. */
final class Checked {
  private Checked() {}

  static <F> F function(String op, @Nullable F function) {
    if (function == null) {
      throw new ArgumentException(op + ": the function is null");
    }
    return function;
  }

  static <I> I input(String op, @Nullable I input) {
    if (input == null) {
      throw new ArgumentException(
          Messages.of(op + ": the input is null")
              .hint("several inputs go into a record, a Pair or a list")
              .text());
    }
    return input;
  }
}
