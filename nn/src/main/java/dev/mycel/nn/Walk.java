package dev.mycel.nn;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;
import dev.mycel.core.Variable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
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
      if (e.variable() instanceof Parameter p) {
        found.add(new Found(e.path(), naming.name(p), p));
      }
    }
    return found;
  }

  /** A cell's own parameters are listed first. */
  private static int ownCount(Cell<?, ?> root) {
    Set<Parameter> own = Collections.newSetFromMap(new IdentityHashMap<>());
    Members.of(root).parameters().forEach(o -> own.add(o.parameter()));
    return own.size();
  }

  /** The buffers, each once under its first path. */
  static List<NamedBuffer> buffers(Cell<?, ?> root, boolean recurse) {
    List<NamedBuffer> found = new ArrayList<>();
    Set<Buffer> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    for (NamedCell named : recurse ? cells(root) : List.of(new NamedCell("", root))) {
      for (Members.Kept kept : Members.of(named.cell()).buffers()) {
        if (seen.add(kept.buffer())) {
          found.add(new NamedBuffer(Names.join(named.name(), kept.name()), kept.buffer()));
        }
      }
    }
    return found;
  }

  /** Parameters and persistent buffers by the names that checkpoints carry. */
  static Map<String, Variable> variables(Cell<?, ?> root) {
    uniquelyNamed(root, true);
    Naming naming = Naming.of(root);
    Map<String, Variable> byName = new LinkedHashMap<>();
    for (Naming.Entry e : naming.entries()) {
      byName.put(naming.name(e.variable()), e.variable());
    }
    return Collections.unmodifiableMap(byName);
  }

  /** The same after names that clash have been resolved; those that still do are an error. */
  static List<Found> uniquelyNamed(Cell<?, ?> root, boolean recurse) {
    Naming.resolve(root);
    refuseClash(root);
    return parameters(root, recurse);
  }

  /** Refuses two parameters or buffers of one name. */
  static void refuseClash(Cell<?, ?> root) {
    Naming naming = Naming.of(root);
    List<Naming.Entry> clash = naming.clash();
    if (clash != null) {
      Naming.Entry one = clash.get(0);
      Naming.Entry other = clash.get(1);
      throw new ArgumentException(
          Messages.of(
                  root.clsName()
                      + ": two "
                      + (bothParameters(one, other) ? "parameters" : "members")
                      + " are called '"
                      + naming.name(one.variable())
                      + "'")
              .line("one  ", one.path() + "  " + shape(one))
              .line("other", other.path() + "  " + shape(other))
              .hint(
                  isGiven(one) || isGiven(other)
                      ? "give them names of their own with setName"
                      : "checkNamesAndRefreshName() calls them by their paths")
              .text());
    }
  }

  private static boolean bothParameters(Naming.Entry one, Naming.Entry other) {
    return one.variable() instanceof Parameter && other.variable() instanceof Parameter;
  }

  private static String shape(Naming.Entry e) {
    return e.variable() instanceof Parameter p
        ? p.shape().toString()
        : e.variable().type().shape() + "  a buffer";
  }

  private static boolean isGiven(Naming.Entry e) {
    return e.variable() instanceof Parameter p && p.givenName().isPresent();
  }

  /** The outermost tree names a parameter: a walk from inside such a tree leaves names alone. */
  private static void giveNames(Cell<?, ?> root, Naming naming) {
    Map<Cell<?, ?>, Boolean> encloses = new IdentityHashMap<>();
    for (Naming.Entry e : naming.entries()) {
      if (!(e.variable() instanceof Parameter p)) {
        continue;
      }
      Cell<?, ?> before = p.namer();
      boolean inner =
          before != null
              && before != root
              && encloses.computeIfAbsent(before, outer -> contains(outer, root));
      if (!inner) {
        p.nameBy(root, naming.name(p));
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
