package dev.mycel.nn;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;

/** Prints trees of cells as MindSpore does. */
final class CellPrinter {
  private final Set<Cell<?, ?>> open = Collections.newSetFromMap(new IdentityHashMap<>());

  private CellPrinter() {}

  /** The whole tree; its parameters print under the names that they have in it. */
  static String print(Cell<?, ?> root) {
    Walk.parameters(root, true);
    return new CellPrinter().text(root);
  }

  private String text(Cell<?, ?> cell) {
    if (!open.add(cell)) {
      return cell.clsName() + "(...)";
    }
    StringBuilder children = new StringBuilder();
    for (Members.Child child : Members.of(cell).children()) {
      String text = "(" + child.name() + "): " + text(child.cell());
      children.append("\n  ").append(text.replace("\n", "\n  "));
    }
    open.remove(cell);
    String own = cell.extendRepr();
    if (children.isEmpty()) {
      return cell.clsName() + "(" + own + ")";
    }
    String first = own.isEmpty() ? "" : "\n  " + own.replace("\n", "\n  ");
    return cell.clsName() + "(" + first + children + "\n)";
  }
}
