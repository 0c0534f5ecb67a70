package dev.mycel.nn;

import dev.mycel.core.Profile;
import dev.mycel.core.TensorException;
import java.util.IdentityHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Tells an open profile which cell runs: by the class of the outermost one and the path below it. A
 * cell that stands in several places goes by the first.
 */
final class CellPath implements AutoCloseable {
  private static final ThreadLocal<@Nullable CellPath> CURRENT = new ThreadLocal<>();

  private final @Nullable CellPath outer;
  private final Map<Cell<?, ?>, String> names;
  private final String path;
  private final String before;

  private CellPath(@Nullable CellPath outer, Cell<?, ?> cell) {
    this.outer = outer;
    this.names = outer == null ? namesBelow(cell) : outer.names;
    String known = names.get(cell);
    String above = outer == null ? "" : outer.path + ".";
    path = known != null ? known : above + cell.clsName();
    before = Profile.enter(path);
  }

  /** Goes into a cell; closing goes out again. */
  static CellPath enter(Cell<?, ?> cell) {
    CellPath entered = new CellPath(CURRENT.get(), cell);
    CURRENT.set(entered);
    return entered;
  }

  private static Map<Cell<?, ?>, String> namesBelow(Cell<?, ?> root) {
    Map<Cell<?, ?>, String> names = new IdentityHashMap<>();
    names.put(root, root.clsName());
    try {
      for (NamedCell named : Walk.cells(root)) {
        names.putIfAbsent(named.cell(), root.clsName() + "." + named.name());
      }
    } catch (TensorException unreadable) {
      // Fields that cannot be read are reported when parameters are asked for.
    }
    return names;
  }

  @Override
  public void close() {
    Profile.enter(before);
    if (outer == null) {
      CURRENT.remove();
    } else {
      CURRENT.set(outer);
    }
  }
}
