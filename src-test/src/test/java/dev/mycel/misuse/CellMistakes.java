package dev.mycel.misuse;

import java.util.Map;

/** Mistakes with structure, names and parameters of cells. */
final class CellMistakes {
  private CellMistakes() {}

  static void add(Map<String, Runnable> c) {
    c.size();
  }
}
