package dev.mycel.train;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;
import dev.mycel.core.Pair;
import dev.mycel.core.Tree;
import dev.mycel.core.Triple;
import dev.mycel.nn.Cell;
import dev.mycel.nn.Cell2;
import dev.mycel.nn.Cell3;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Turns the elements of a data set into what a cell takes. */
final class Batches {
  private Batches() {}

  /** Data and labels. */
  static Pair<Object, Object> dataAndLabels(String op, @Nullable Object batch) {
    List<Object> parts = parts(op, batch);
    if (parts.size() != 2) {
      throw new ArgumentException(
          Messages.of(op + ": with a loss, a batch is data and labels")
              .line("batch", describe(batch, parts))
              .hint("give pairs, records or lists of two")
              .text());
    }
    return new Pair<>(parts.get(0), parts.get(1));
  }

  /** The batch itself, or the pair or triple of its parts for cells that take those. */
  static Object inputOf(String op, Cell<?, ?> cell, @Nullable Object batch) {
    if (cell instanceof Cell2 && !(batch instanceof Pair)) {
      List<Object> parts = requireParts(op, cell, batch, 2);
      return new Pair<>(parts.get(0), parts.get(1));
    }
    if (cell instanceof Cell3 && !(batch instanceof Triple)) {
      List<Object> parts = requireParts(op, cell, batch, 3);
      return new Triple<>(parts.get(0), parts.get(1), parts.get(2));
    }
    if (batch == null) {
      throw isNull(op);
    }
    return batch;
  }

  private static List<Object> requireParts(
      String op, Cell<?, ?> cell, @Nullable Object batch, int count) {
    List<Object> parts = parts(op, batch);
    if (parts.size() != count) {
      throw new ArgumentException(
          Messages.of(op + ": " + cell.clsName() + " takes " + count + " inputs")
              .line("batch", describe(batch, parts))
              .text());
    }
    return parts;
  }

  private static List<Object> parts(String op, @Nullable Object batch) {
    if (batch == null) {
      throw isNull(op);
    }
    List<Object> parts = new ArrayList<>();
    if (batch instanceof Record r) {
      Collections.addAll(parts, Tree.components(r));
    } else if (batch instanceof List<?> list) {
      parts.addAll(list);
    } else if (batch instanceof Map<?, ?> map) {
      parts.addAll(map.values());
    } else if (batch instanceof Object[] array) {
      Collections.addAll(parts, array);
    } else {
      parts.add(batch);
    }
    return parts;
  }

  private static ArgumentException isNull(String op) {
    return new ArgumentException(op + ": a batch is null");
  }

  private static String describe(@Nullable Object batch, List<Object> parts) {
    String type = batch == null ? "null" : batch.getClass().getSimpleName();
    return type + " of " + parts.size() + (parts.size() == 1 ? " part" : " parts");
  }
}
