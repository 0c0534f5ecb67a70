package dev.mycel.nn;

import dev.mycel.core.Variable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The names that parameters and persistent buffers carry in a tree, as MindSpore's assignments
 * would have left them: each member of a cell is assigned in the order of declaration, a child when
 * all below it is done. A parameter without a name takes its local one; a child that is assigned to
 * a cell with auto prefix renames all below it to the path from there. So the outermost prefix
 * counts, and of several places the last one.
 *
 * <p>All of it follows from the tree as it is now: nothing is remembered but names that somebody
 * gave on purpose ({@link Parameter#setName}) and that a clash was resolved ({@link #resolve}).
 */
final class Naming {
  /** A parameter or a persistent buffer and its path from some cell. */
  record Entry(String path, Variable variable) {}

  private final Map<Variable, String> computed = new IdentityHashMap<>();
  private final Map<Cell<?, ?>, List<Entry>> below = new IdentityHashMap<>();
  private final List<Entry> entries;

  private Naming(Cell<?, ?> root) {
    entries = assigned(root);
  }

  /** The names in the tree of that root. */
  static Naming of(Cell<?, ?> root) {
    return new Naming(root);
  }

  /** All parameters and persistent buffers with their paths, each once under its first one. */
  List<Entry> entries() {
    return entries;
  }

  /** The name of a parameter or buffer of the tree. */
  String name(Variable variable) {
    Optional<String> given =
        variable instanceof Parameter p ? p.givenName() : Optional.<String>empty();
    return given.orElseGet(() -> Objects.requireNonNull(computed.get(variable)));
  }

  private List<Entry> assigned(Cell<?, ?> cell) {
    List<Entry> known = below.putIfAbsent(cell, List.of()); // so that a cell in itself ends
    if (known != null) {
      return known;
    }
    Members members = Members.of(cell);
    for (Members.Member member : members.inOrder()) {
      if (member instanceof Members.Own own) {
        computed.putIfAbsent(own.parameter(), own.standing());
      } else if (member instanceof Members.Kept kept) {
        computed.putIfAbsent(kept.buffer(), kept.name());
      } else if (member instanceof Members.Child child) {
        List<Entry> inside = assigned(child.cell());
        if (cell.autoPrefix() && child.prefixed()) {
          inside.forEach(e -> computed.put(e.variable(), child.name() + "." + e.path()));
        }
      }
    }
    List<Entry> all = list(members);
    below.put(cell, all);
    if (cell.isNamedByPaths()) {
      all.forEach(e -> computed.put(e.variable(), e.path()));
    }
    return all;
  }

  private List<Entry> list(Members members) {
    List<Entry> all = new ArrayList<>();
    Set<Variable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    for (Members.Own own : members.parameters()) {
      if (seen.add(own.parameter())) {
        all.add(new Entry(own.name(), own.parameter()));
      }
    }
    for (Members.Kept kept : members.buffers()) {
      if (kept.buffer().isPersistent() && seen.add(kept.buffer())) {
        all.add(new Entry(kept.name(), kept.buffer()));
      }
    }
    for (Members.Child child : members.children()) {
      for (Entry e : below.getOrDefault(child.cell(), List.of())) {
        if (seen.add(e.variable())) {
          all.add(new Entry(child.name() + "." + e.path(), e.variable()));
        }
      }
    }
    return all;
  }

  /** Two that have one name, if there are any. */
  @Nullable List<Entry> clash() {
    Map<String, Entry> byName = new HashMap<>();
    for (Entry e : entries) {
      Entry other = byName.putIfAbsent(name(e.variable()), e);
      if (other != null) {
        return List.of(other, e);
      }
    }
    return null;
  }

  /**
   * Names by paths where names clash, as MindSpore does at the first call; but in the innermost
   * cell where they do, so that no wrapper gets into the names.
   */
  static void resolve(Cell<?, ?> root) {
    resolve(root, Collections.newSetFromMap(new IdentityHashMap<>()));
  }

  private static void resolve(Cell<?, ?> cell, Set<Cell<?, ?>> seen) {
    if (!seen.add(cell) || of(cell).clash() == null) {
      return;
    }
    for (Members.Child child : Members.of(cell).children()) {
      resolve(child.cell(), seen);
    }
    if (of(cell).clash() != null) {
      cell.nameByPaths();
    }
  }
}
