package dev.mycel.nn;

import java.util.List;

/**
 * Which names of a state and of a cell had no counterpart when the state was loaded.
 *
 * @param missingKeys what the cell has and the state has not, by path
 * @param unexpectedKeys what the state has and the cell has not
 */
public record IncompatibleKeys(List<String> missingKeys, List<String> unexpectedKeys) {
  /** Copies the lists. */
  public IncompatibleKeys {
    missingKeys = List.copyOf(missingKeys);
    unexpectedKeys = List.copyOf(unexpectedKeys);
  }

  /** Whether every name had its counterpart. */
  public boolean isEmpty() {
    return missingKeys.isEmpty() && unexpectedKeys.isEmpty();
  }
}
