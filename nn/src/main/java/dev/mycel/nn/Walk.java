package dev.mycel.nn;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Walks over trees of cells: depth first, a cell's own parameters before its children, every object
 * once under its first path.
 *
 * <p>A parameter has two names. Its path is the chain of local names from the root. Its name, which
 * checkpoints carry, leaves out the wrappers: it is the path from the first cell with auto prefix
 * that holds a child on it, or, where there is none, the name that the parameter was made with (or
 * its local name).
 */
final class Walk {
  /** A parameter with both its names. */
  record Found(String path, String name, Parameter parameter) {}

  private final List<Found> found = new ArrayList<>();
  private final Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
  private final boolean recurse;

  private Walk(boolean recurse) {
    this.recurse = recurse;
  }

  /** The cells with their paths. */
  static List<NamedCell> cells(Cell<?, ?> root) {
    List<NamedCell> cells = new ArrayList<>();
    collect(root, "", cells, Collections.newSetFromMap(new IdentityHashMap<>()));
    return cells;
  }

  private static void collect(
      Cell<?, ?> cell, String path, List<NamedCell> into, Set<Cell<?, ?>> seen) {
    if (!seen.add(cell)) {
      return;
    }
    into.add(new NamedCell(path, cell));
    for (Members.Child child : Members.of(cell).children()) {
      String below = path.isEmpty() ? child.name() : path + "." + child.name();
      collect(child.cell(), below, into, seen);
    }
  }

  /** Calls the action for every cell, children before parents. */
  static void childrenFirst(Cell<?, ?> root, Consumer<? super Cell<?, ?>> action) {
    childrenFirst(root, action, Collections.newSetFromMap(new IdentityHashMap<>()));
  }

  private static void childrenFirst(
      Cell<?, ?> cell, Consumer<? super Cell<?, ?>> action, Set<Cell<?, ?>> seen) {
    if (seen.add(cell)) {
      for (Members.Child child : Members.of(cell).children()) {
        childrenFirst(child.cell(), action, seen);
      }
      action.accept(cell);
    }
  }

  /** The parameters with both names; gives the parameters their names too. */
  static List<Found> parameters(Cell<?, ?> root, boolean recurse) {
    Walk walk = new Walk(recurse);
    walk.visit(root, "", null);
    walk.refuseDuplicates(root);
    walk.giveNames(root);
    return walk.found;
  }

  private void visit(Cell<?, ?> cell, String path, @Nullable String prefix) {
    if (!seen.add(cell)) {
      return;
    }
    Members members = Members.of(cell);
    for (Members.Own own : members.parameters()) {
      Parameter p = own.parameter();
      if (seen.add(p)) {
        String name = prefix == null ? own.standing() : prefix + own.name();
        found.add(new Found(path + own.name(), name, p));
      }
    }
    if (recurse) {
      for (Members.Child child : members.children()) {
        String step = child.name() + ".";
        String below = prefix != null ? prefix + step : cell.autoPrefix() ? step : null;
        visit(child.cell(), path + step, below);
      }
    }
  }

  private void refuseDuplicates(Cell<?, ?> root) {
    Map<String, Found> byName = new HashMap<>();
    for (Found f : found) {
      Found other = byName.putIfAbsent(f.name(), f);
      if (other != null) {
        throw new ArgumentException(
            Messages.of(root.clsName() + ": two parameters are called '" + f.name() + "'")
                .line("one  ", other.path() + "  " + other.parameter().shape())
                .line("other", f.path() + "  " + f.parameter().shape())
                .hint("name them apart; a cell made with autoPrefix = true names by its children")
                .text());
      }
    }
  }

  /** The outermost tree names a parameter: a walk from inside such a tree leaves names alone. */
  private void giveNames(Cell<?, ?> root) {
    Map<Cell<?, ?>, Boolean> encloses = new IdentityHashMap<>();
    for (Found f : found) {
      Cell<?, ?> before = f.parameter().namer();
      boolean inner =
          before != null
              && before != root
              && encloses.computeIfAbsent(before, outer -> contains(outer, root));
      if (!inner) {
        f.parameter().nameBy(root, f.name());
      }
    }
  }

  private static boolean contains(Cell<?, ?> outer, Cell<?, ?> inner) {
    for (NamedCell named : cells(outer)) {
      if (named.cell() == inner) {
        return true;
      }
    }
    return false;
  }
}
