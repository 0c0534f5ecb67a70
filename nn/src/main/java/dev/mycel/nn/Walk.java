package dev.mycel.nn;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Walks over trees of cells: depth first, a cell's own parameters before its children, every object
 * once under its first path.
 *
 * <p>A parameter has two names. Its path is the chain of local names from the root. Its name, which
 * checkpoints carry, is what {@link Naming} tells.
 */
final class Walk {
  /** A parameter with both its names. */
  record Found(String path, String name, Parameter parameter) {}

  private Walk() {}

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
    Naming naming = Naming.of(root);
    giveNames(root, naming);
    List<Found> found = new ArrayList<>();
    int own = recurse ? Integer.MAX_VALUE : ownCount(root);
    for (Naming.Entry e : naming.entries()) {
      if (found.size() == own) {
        break;
      }
      found.add(new Found(e.path(), naming.name(e.parameter()), e.parameter()));
    }
    return found;
  }

  /** A cell's own parameters are listed first. */
  private static int ownCount(Cell<?, ?> root) {
    Set<Parameter> own = Collections.newSetFromMap(new IdentityHashMap<>());
    Members.of(root).parameters().forEach(o -> own.add(o.parameter()));
    return own.size();
  }

  /** The same after names that clash have been resolved; those that still do are an error. */
  static List<Found> uniquelyNamed(Cell<?, ?> root, boolean recurse) {
    Naming.resolve(root);
    refuseClash(root);
    return parameters(root, recurse);
  }

  /** Refuses two parameters of one name. */
  static void refuseClash(Cell<?, ?> root) {
    Naming naming = Naming.of(root);
    List<Naming.Entry> clash = naming.clash();
    if (clash != null) {
      Naming.Entry one = clash.get(0);
      Naming.Entry other = clash.get(1);
      throw new ArgumentException(
          Messages.of(
                  root.clsName()
                      + ": two parameters are called '"
                      + naming.name(one.parameter())
                      + "'")
              .line("one  ", one.path() + "  " + one.parameter().shape())
              .line("other", other.path() + "  " + other.parameter().shape())
              .hint(
                  isGiven(one) || isGiven(other)
                      ? "give them names of their own with setName"
                      : "checkNamesAndRefreshName() calls them by their paths")
              .text());
    }
  }

  private static boolean isGiven(Naming.Entry e) {
    return e.parameter().givenName().isPresent();
  }

  /** The outermost tree names a parameter: a walk from inside such a tree leaves names alone. */
  private static void giveNames(Cell<?, ?> root, Naming naming) {
    Map<Cell<?, ?>, Boolean> encloses = new IdentityHashMap<>();
    for (Naming.Entry e : naming.entries()) {
      Cell<?, ?> before = e.parameter().namer();
      boolean inner =
          before != null
              && before != root
              && encloses.computeIfAbsent(before, outer -> contains(outer, root));
      if (!inner) {
        e.parameter().nameBy(root, naming.name(e.parameter()));
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
