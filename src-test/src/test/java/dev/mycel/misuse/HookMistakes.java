package dev.mycel.misuse;

import java.util.Map;

/** Mistakes with hooks and recomputation. */
final class HookMistakes {
  private HookMistakes() {}

  static void add(Map<String, Runnable> c) {
    c.size();
  }
}
