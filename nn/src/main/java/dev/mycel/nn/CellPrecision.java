package dev.mycel.nn;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.DType;
import dev.mycel.core.Messages;
import dev.mycel.core.Precision;
import dev.mycel.core.Tree;
import org.jspecify.annotations.Nullable;

/**
 * What a cell computes in and gives out: what {@link Cell#toFloat} and automatic mixed precision
 * note in cells. Names, printed form and parameters of the cell do not depend on it.
 *
 * @param compute in force while the cell runs
 * @param output the type that floating-point outputs are cast to at the end, or null to leave them
 * @param chosenBy who chose it, for messages: {@code autoMixedPrecision(O2, float16)}; null for
 *     {@link Cell#toFloat}
 */
public record CellPrecision(Precision compute, @Nullable DType output, @Nullable String chosenBy) {
  /** What {@link Cell#toFloat} notes. */
  static CellPrecision of(DType compute) {
    return new CellPrecision(Precision.of(compute), null, null);
  }

  /** Whether the cell's own type was chosen for it by automatic mixed precision. */
  public boolean isAutomatic() {
    return chosenBy != null;
  }

  /** An output in the type that it shall have. */
  <O> O finish(O result) {
    DType type = output;
    return type == null ? result : Tree.map(result, t -> t.dtype().isFloat() ? t.cast(type) : t);
  }

  /** Notes the type in a cell and all below, or in none if one of them has an automatic one. */
  static void toFloat(Cell<?, ?> root, DType compute) {
    CellPrecision chosen = of(compute);
    for (NamedCell named : Walk.cells(root)) {
      CellPrecision before = named.cell().precision().orElse(null);
      if (before != null && before.isAutomatic()) {
        throw new ArgumentException(
            Messages.of(
                    "toFloat("
                        + compute
                        + "): "
                        + before.chosenBy()
                        + " has already chosen what a cell computes in")
                .line("cell", pathOf(root, named))
                .hint("use one of the two: toFloat by hand, or a level for the whole network")
                .text());
      }
    }
    Walk.cells(root).forEach(named -> named.cell().setPrecision(chosen));
  }

  private static String pathOf(Cell<?, ?> root, NamedCell named) {
    String name = named.cell().clsName();
    return named.cell() == root ? name : named.name() + " (" + name + ")";
  }
}
