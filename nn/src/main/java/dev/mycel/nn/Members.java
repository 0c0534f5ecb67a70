package dev.mycel.nn;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The parameters, buffers and children that a cell holds directly, as its fields say now.
 *
 * @param parameters its own parameters in order
 * @param buffers its own buffers in order
 * @param children its children in order
 * @param inOrder all of them as they were declared and inserted: the order in which MindSpore would
 *     have named them
 */
record Members(
    List<Members.Own> parameters,
    List<Members.Kept> buffers,
    List<Members.Child> children,
    List<Members.Member> inOrder) {
  /** A parameter, a buffer or a child. */
  sealed interface Member permits Own, Kept, Child {
    /** The local name. */
    String name();
  }

  /**
   * A parameter of the cell itself.
   *
   * @param name its local name
   * @param standing its whole name where no cell prefixes it
   */
  record Own(String name, String standing, Parameter parameter) implements Member {}

  /** A buffer of the cell itself. */
  record Kept(String name, Buffer buffer) implements Member {}

  /**
   * A child of the cell.
   *
   * @param prefixed whether a cell with auto prefix names what is below it by this child
   */
  record Child(String name, Cell<?, ?> cell, boolean prefixed) implements Member {}

  /** The library's bases keep nothing that belongs to the registry. */
  static final Set<Class<?>> BASES = Set.of(Cell.class, Cell2.class, Cell3.class);

  /** Reads the fields of the cell, superclass first, and then what was inserted. */
  static Members of(Cell<?, ?> cell) {
    Members members =
        new Members(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    Map<String, Object> taken = new HashMap<>();
    int[] anonymous = {0};
    for (Slots.Slot slot : Slots.of(cell.getClass())) {
      Object value = slot.read(cell);
      if (slot.captured()) {
        members.refuseCaptured(cell, slot, value);
      } else if (value instanceof ParameterTuple tuple) {
        for (int i = 0; i < tuple.size(); i++) {
          String given = tuple.nameAt(i);
          String name = given != null ? given : "Parameter$" + ++anonymous[0];
          members.add(cell, name, name, tuple.get(i), taken);
        }
      } else if (isMember(value)) {
        members.add(cell, slot.name(), null, value, taken);
      } else {
        Hidden.refuse(cell, slot, value);
      }
    }
    cell.inserted().forEach((name, value) -> members.add(cell, name, null, value, taken));
    return members;
  }

  /** Whether an object belongs to the registry. */
  static boolean isMember(@Nullable Object value) {
    return value instanceof Cell || value instanceof Parameter || value instanceof Buffer;
  }

  private void add(
      Cell<?, ?> cell,
      String name,
      @Nullable String standing,
      @Nullable Object value,
      Map<String, Object> taken) {
    if (value == null) {
      return;
    }
    Object before = taken.putIfAbsent(name, value);
    if (before == value && !(value instanceof Cell)) {
      return; // a parameter in two tuples, a registered buffer in a field of its name
    }
    if (before != null) {
      throw new ArgumentException(
          Messages.of("cell: two members of " + cell.clsName() + " are called '" + name + "'")
              .line("one  ", text(before))
              .line("other", text(value))
              .hint("rename one; @LocalName gives a field another name")
              .text());
    }
    if (value instanceof Parameter parameter) {
      String whole = standing != null ? standing : parameter.explicitName().orElse(name);
      Own own = new Own(name, whole, parameter);
      parameters.add(own);
      inOrder.add(own);
    } else if (value instanceof Buffer buffer) {
      Kept kept = new Kept(name, buffer);
      buffers.add(kept);
      inOrder.add(kept);
    } else {
      Child child = new Child(name, (Cell<?, ?>) value, !cell.isInsertedWithoutPrefix(name));
      children.add(child);
      inOrder.add(child);
    }
  }

  /**
   * What a local or anonymous class captures is no field that its author wrote: a cell there would
   * be used and neither trained nor saved.
   */
  private void refuseCaptured(Cell<?, ?> cell, Slots.Slot slot, @Nullable Object value) {
    if (value == null
        || !isMember(value)
        || inOrder.stream().anyMatch(m -> object(m) == value)
        || Slots.isReferredTo(cell, value)) {
      return;
    }
    String variable = slot.field().getName().replaceFirst("^(val)?\\$", "");
    throw new ArgumentException(
        Messages.of(
                "cell: "
                    + Hidden.describe(cell)
                    + " captures the variable "
                    + variable
                    + ", which is no field")
            .line("found", text(value))
            .hint("give the class a field for it, transient if it belongs elsewhere")
            .text());
  }

  private static Object text(Object member) {
    return member instanceof Cell<?, ?> c ? c.clsName() : member;
  }

  private static Object object(Member member) {
    if (member instanceof Child child) {
      return child.cell();
    }
    return member instanceof Own own ? own.parameter() : ((Kept) member).buffer();
  }

  // ---- insertion --------------------------------------------------------------------------------

  /** Refuses names and values that no cell takes. */
  static void checkInsertion(
      Cell<?, ?> cell, String op, @Nullable String name, @Nullable Object value) {
    checkInsertion(cell, op, name, value, false);
  }

  /** Refuses names and values that no cell takes; dots are allowed if asked for. */
  static void checkInsertion(
      Cell<?, ?> cell, String op, @Nullable String name, @Nullable Object value, boolean dots) {
    if (name == null || name.isBlank() || (!dots && name.indexOf('.') >= 0)) {
      throw new ArgumentException(
          Messages.of(op + ": '" + name + "' is no name for a member of " + cell.clsName())
              .hint("a name is not empty and has no dots")
              .text());
    }
    if (value == null) {
      throw new ArgumentException(
          Messages.of(op + ": the value for '" + name + "' in " + cell.clsName() + " is null")
              .hint("leave out what is not there")
              .text());
    }
    if (value == cell) {
      throw new ArgumentException(op + ": " + cell.clsName() + " cannot be its own child");
    }
    Field field = Slots.fieldNamed(cell, name);
    boolean itsOwn = value instanceof Buffer && field != null && field.getType() == Buffer.class;
    if (field != null && !itsOwn) {
      String by = "the field " + field.getName() + " of " + field.getDeclaringClass().getName();
      throw taken(cell, op, name, by);
    }
  }

  /** The error for a name that is in use. */
  static ArgumentException taken(Cell<?, ?> cell, String op, String name, String by) {
    return new ArgumentException(
        Messages.of(op + ": the name '" + name + "' in " + cell.clsName() + " is taken")
            .line("by  ", by)
            .hint("choose another name")
            .text());
  }
}
