package dev.mycel.misuse;

import java.util.Map;

/** Mistakes with random functions, initialisers and devices. */
final class RandomMistakes {
  private RandomMistakes() {}

  static void add(Map<String, Runnable> c) {
    c.size();
  }
}
