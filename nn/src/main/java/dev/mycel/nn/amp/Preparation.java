package dev.mycel.nn.amp;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.DType;
import dev.mycel.core.Messages;
import dev.mycel.core.Precision;
import dev.mycel.nn.Cell;
import dev.mycel.nn.CellPrecision;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Notes in every cell of a network what it computes in, or in none if one of them must not. */
final class Preparation {
  private final String call;
  private final DType low;
  private final @Nullable AmpList list;
  private final Set<Cell<?, ?>> seen = Collections.newSetFromMap(new IdentityHashMap<>());
  private final Map<Cell<?, ?>, CellPrecision> plan = new LinkedHashMap<>();

  Preparation(String call, DType low, AmpList list) {
    this.call = call;
    this.low = low;
    this.list = list;
  }

  private Preparation(String call, DType low) {
    this.call = call;
    this.low = low;
    this.list = null;
  }

  /** By the class of each operation; cells with a type of their own keep it. */
  static Preparation byClass(String call, DType low) {
    return new Preparation(call, low);
  }

  void prepare(Cell<?, ?> network) {
    CellPrecision before = network.precision().orElse(null);
    if (before != null && call.equals(before.chosenBy())) {
      return;
    }
    visit(network, "", false);
    plan.forEach(Cell::setPrecision);
    if (list != null && !list.isWhite()) {
      CellPrecision own = network.precision().orElseThrow();
      network.setPrecision(new CellPrecision(own.compute(), DType.FLOAT32, call));
    }
  }

  private void visit(Cell<?, ?> cell, String path, boolean inside) {
    if (!seen.add(cell)) {
      return;
    }
    boolean listed = list != null && list.contains(cell);
    CellPrecision before = cell.precision().orElse(null);
    if (before == null) {
      plan.put(cell, chosen(listed, inside));
    } else if (list != null || before.isAutomatic()) {
      throw refused(cell, path, before);
    }
    String step = path.isEmpty() ? "" : path + ".";
    cell.nameCells().forEach((name, child) -> visit(child, step + name, inside || listed));
  }

  private CellPrecision chosen(boolean listed, boolean inside) {
    AmpList by = list;
    if (by == null) {
      return new CellPrecision(Precision.auto(low), null, call);
    }
    if (listed || inside) {
      DType own = by.isWhite() ? low : DType.FLOAT32;
      DType others = by.isWhite() ? DType.FLOAT32 : low;
      return new CellPrecision(Precision.of(own), inside ? null : others, call);
    }
    Precision all =
        by.isWhite()
            ? Precision.only(by.operations(), low)
            : Precision.except(by.operations(), low);
    return new CellPrecision(all, null, call);
  }

  private ArgumentException refused(Cell<?, ?> cell, String path, CellPrecision before) {
    String other = before.chosenBy();
    String was = other == null ? "toFloat(" + before.compute().compute() + ")" : other;
    return new ArgumentException(
        Messages.of(call + ": " + was + " has already chosen what a cell computes in")
            .line("cell", path.isEmpty() ? cell.clsName() : path + " (" + cell.clsName() + ")")
            .hint(
                other == null
                    ? "use one of the two: toFloat by hand, or a level for the whole network"
                    : "prepare a network once")
            .text());
  }
}
