package dev.mycel.nn;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Refuses fields that hide cells or parameters in something else than a container of cells: they
 * would be neither trained nor saved, silently.
 */
final class Hidden {
  private Hidden() {}

  /** Refuses the value of a field if there is a cell or a parameter inside. */
  static void refuse(Cell<?, ?> cell, Slots.Slot slot, @Nullable Object value) {
    Object inside = firstMember(value);
    if (inside == null || value == null) {
      return;
    }
    String what = kind(inside);
    throw new ArgumentException(
        Messages.of(
                "cell: the field "
                    + slot.field().getName()
                    + " of "
                    + describe(cell)
                    + " hides "
                    + what
                    + " in "
                    + withArticle(slot.field().getType().getSimpleName()))
            .line("found", inside instanceof Cell<?, ?> c ? c.clsName() : inside)
            .hint(wayOut(value, what) + "; mark the field transient if they belong elsewhere")
            .text());
  }

  /** What a member is, or what a record's component that cannot be read must be. */
  private static String kind(Object inside) {
    String text = inside instanceof Cell ? "" : inside.toString();
    if (inside instanceof Parameter || text.startsWith("Parameter ")) {
      return "parameters";
    }
    return inside instanceof Buffer || text.startsWith("Buffer ") ? "buffers" : "cells";
  }

  /** What a message calls a cell: its class, also where that has no simple name. */
  static String describe(Cell<?, ?> cell) {
    boolean anonymous = cell.getClass().getSimpleName().isEmpty();
    return anonymous ? cell.getClass().getName() : cell.clsName();
  }

  private static String withArticle(String noun) {
    return ("AEIOUaeiou".indexOf(noun.charAt(0)) >= 0 ? "an " : "a ") + noun;
  }

  /** Which container does what the holder was meant for. */
  private static String wayOut(Object holder, String what) {
    if (what.equals("parameters")) {
      return "hold them in a ParameterTuple";
    }
    if (what.equals("buffers")) {
      return "make them fields of their own, or add each with registerBuffer";
    }
    if (holder instanceof Map) {
      return "hold them in a CellDict";
    }
    if (holder instanceof Record) {
      return "make them fields of their own, or hold them in a CellDict";
    }
    if (holder instanceof Optional) {
      return "make it a field of its own, which may be null";
    }
    return "hold them in a CellList, or in a SequentialCell if each takes the output of the one"
        + " before";
  }

  private static @Nullable Object firstMember(@Nullable Object value) {
    if (Members.isMember(value)) {
      return value;
    }
    if (value instanceof Collection<?> all) {
      return firstOf(all);
    }
    if (value instanceof Map<?, ?> map) {
      return firstOf(map.values());
    }
    if (value instanceof Object[] array) {
      return firstOf(Arrays.asList(array));
    }
    if (value instanceof Record record) {
      return firstOfRecord(record);
    }
    return value instanceof Optional<?> maybe ? firstMember(maybe.orElse(null)) : null;
  }

  /**
   * What a record of a module that is not open holds can only be told by its components' types: one
   * that must be a cell or a parameter counts.
   */
  private static @Nullable Object firstOfRecord(Record record) {
    for (RecordComponent component : record.getClass().getRecordComponents()) {
      Object member;
      try {
        Method accessor = component.getAccessor();
        accessor.setAccessible(true);
        member = firstMember(accessor.invoke(record));
      } catch (InaccessibleObjectException | SecurityException | ReflectiveOperationException e) {
        Class<?> of = component.getType();
        boolean data = of == Parameter.class || of == Buffer.class;
        boolean sure = data || Cell.class.isAssignableFrom(of);
        member = sure ? component.getType().getSimpleName() + " " + component.getName() : null;
      }
      if (member != null) {
        return member;
      }
    }
    return null;
  }

  private static @Nullable Object firstOf(Collection<?> all) {
    for (Object one : all) {
      Object member = firstMember(one);
      if (member != null) {
        return member;
      }
    }
    return null;
  }
}
