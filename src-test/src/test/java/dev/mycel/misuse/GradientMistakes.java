package dev.mycel.misuse;

import java.util.Map;

/** Mistakes with derivatives beyond {@code grad}. */
final class GradientMistakes {
  private GradientMistakes() {}

  static void add(Map<String, Runnable> c) {
    c.size();
  }
}
