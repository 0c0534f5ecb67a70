package dev.mycel.misuse;

import java.util.Map;

/** Mistakes with {@code Model}, callbacks and metrics. */
final class TrainingMistakes {
  private TrainingMistakes() {}

  static void add(Map<String, Runnable> c) {
    c.size();
  }
}
