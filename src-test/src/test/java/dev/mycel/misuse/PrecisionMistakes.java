package dev.mycel.misuse;

import java.util.Map;

/** Mistakes with mixed precision and loss scaling. */
final class PrecisionMistakes {
  private PrecisionMistakes() {}

  static void add(Map<String, Runnable> c) {
    c.size();
  }
}
