package dev.mycel.checkpoint.names;

import java.util.List;

/**
 * What a map makes of the names of one checkpoint.
 *
 * @param entries the entries under their new names, in the order of the first source of each
 * @param dropped names that no entry is made of
 * @param unusedRules rules that no name fitted, as a text map states them
 */
public record NamePlan(List<MappedEntry> entries, List<String> dropped, List<String> unusedRules) {
  /** Copies the lists. */
  public NamePlan {
    entries = List.copyOf(entries);
    dropped = List.copyOf(dropped);
    unusedRules = List.copyOf(unusedRules);
  }
}
