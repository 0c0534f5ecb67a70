package dev.mycel.nn;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;
import dev.mycel.core.TensorException;
import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The parameters and children that a cell holds directly, as its fields say now. */
record Members(List<Members.Own> parameters, List<Members.Child> children) {
  /**
   * A parameter of the cell itself.
   *
   * @param name its local name
   * @param standing its whole name where no cell prefixes it
   */
  record Own(String name, String standing, Parameter parameter) {}

  /** A child of the cell. */
  record Child(String name, Cell<?, ?> cell) {}

  /** A field that may hold a member, or why it cannot be read. */
  private record Slot(String name, Field field, @Nullable String inaccessible) {}

  /** The library's bases keep nothing that belongs to the registry. */
  private static final Set<Class<?>> BASES = Set.of(Cell.class, Cell2.class, Cell3.class);

  private static final ClassValue<List<Slot>> SLOTS =
      new ClassValue<>() {
        @Override
        protected List<Slot> computeValue(Class<?> type) {
          return slots(type);
        }
      };

  /** Reads the fields of the cell, superclass first, and then what was inserted. */
  static Members of(Cell<?, ?> cell) {
    Members members = new Members(new ArrayList<>(), new ArrayList<>());
    Map<String, Object> taken = new HashMap<>();
    int[] anonymous = {0};
    for (Slot slot : SLOTS.get(cell.getClass())) {
      Object value = read(cell, slot);
      if (value instanceof ParameterTuple tuple) {
        for (int i = 0; i < tuple.size(); i++) {
          String given = tuple.nameAt(i);
          String name = given != null ? given : "Parameter$" + ++anonymous[0];
          members.add(cell, name, name, tuple.get(i), taken);
        }
      } else if (value instanceof Cell || value instanceof Parameter) {
        members.add(cell, slot.name(), null, value, taken);
      } else {
        refuseHolder(cell, slot, value);
      }
    }
    cell.inserted().forEach((name, value) -> members.add(cell, name, null, value, taken));
    return members;
  }

  private void add(
      Cell<?, ?> cell,
      String name,
      @Nullable String standing,
      Object value,
      Map<String, Object> taken) {
    Object before = taken.putIfAbsent(name, value);
    if (before == value && value instanceof Parameter) {
      return; // the same parameter in two tuples
    }
    if (before != null) {
      throw taken(cell, "cell", name, "another member");
    }
    if (value instanceof Parameter parameter) {
      String whole = standing != null ? standing : parameter.explicitName().orElse(name);
      parameters.add(new Own(name, whole, parameter));
    } else {
      children.add(new Child(name, (Cell<?, ?>) value));
    }
  }

  // ---- insertion --------------------------------------------------------------------------------

  /** Refuses names and values that no cell takes. */
  static void checkInsertion(
      Cell<?, ?> cell, String op, @Nullable String name, @Nullable Object value) {
    if (name == null || name.isBlank() || name.indexOf('.') >= 0) {
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
    for (Class<?> c = cell.getClass(); c != null && !BASES.contains(c); c = c.getSuperclass()) {
      for (Field field : c.getDeclaredFields()) {
        if (isInstance(field) && localName(field).equals(name)) {
          throw taken(cell, op, name, "the field " + field.getName() + " of " + c.getName());
        }
      }
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

  // ---- fields -----------------------------------------------------------------------------------

  private static List<Slot> slots(Class<?> type) {
    List<Class<?>> line = new ArrayList<>();
    for (Class<?> c = type; c != null && !BASES.contains(c); c = c.getSuperclass()) {
      line.add(0, c);
    }
    List<Slot> slots = new ArrayList<>();
    for (Class<?> c : line) {
      for (Field field : c.getDeclaredFields()) {
        if (isInstance(field)
            && !field.isSynthetic()
            && !Modifier.isTransient(field.getModifiers())
            && mayHoldMember(field.getType())) {
          slots.add(slot(c, field));
        }
      }
    }
    return List.copyOf(slots);
  }

  private static boolean isInstance(Field field) {
    return !Modifier.isStatic(field.getModifiers());
  }

  private static Slot slot(Class<?> owner, Field field) {
    String name = localName(field);
    if (name.isBlank() || name.indexOf('.') >= 0) {
      throw new ArgumentException(
          Messages.of("cell: '" + name + "' is no local name")
              .line("field", owner.getName() + "." + field.getName())
              .hint("a name is not empty and has no dots")
              .text());
    }
    try {
      field.setAccessible(true);
      return new Slot(name, field, null);
    } catch (InaccessibleObjectException | SecurityException e) {
      Module module = owner.getModule();
      String fix =
          "add `opens "
              + owner.getPackageName()
              + " to dev.mycel.nn;` to the module-info of "
              + module.getName();
      return new Slot(name, field, fix);
    }
  }

  private static String localName(Field field) {
    LocalName chosen = field.getAnnotation(LocalName.class);
    return chosen == null ? field.getName() : chosen.value();
  }

  /** Whether a variable of that type can hold a cell or a parameter, itself or among others. */
  private static boolean mayHoldMember(Class<?> type) {
    if (type.isArray()) {
      Class<?> component = type.getComponentType();
      return !component.isPrimitive() && mayHoldMember(component);
    }
    return Cell.class.isAssignableFrom(type)
        || type.isAssignableFrom(Parameter.class)
        || type == ParameterTuple.class
        || type == Optional.class
        || Collection.class.isAssignableFrom(type)
        || Map.class.isAssignableFrom(type)
        || type.isInterface()
        || (type.isRecord() && recordMayHoldMember(type, new HashSet<>()));
  }

  private static boolean recordMayHoldMember(Class<?> type, Set<Class<?>> seen) {
    if (!seen.add(type)) {
      return false;
    }
    for (RecordComponent component : type.getRecordComponents()) {
      Class<?> of = component.getType();
      if (of.isRecord() ? recordMayHoldMember(of, seen) : mayHoldMember(of)) {
        return true;
      }
    }
    return false;
  }

  private static @Nullable Object read(Cell<?, ?> cell, Slot slot) {
    String closed = slot.inaccessible();
    if (closed != null) {
      throw new TensorException(
          Messages.of("cell: the field " + slot.field().getName() + " cannot be read")
              .line("of  ", slot.field().getDeclaringClass().getName())
              .hint(closed)
              .text());
    }
    try {
      return slot.field().get(cell);
    } catch (IllegalAccessException e) {
      throw new TensorException("cell: reading " + slot.field() + " failed", e);
    }
  }

  /**
   * Cells in a plain collection would be neither trained nor saved, silently: so it is an error.
   */
  private static void refuseHolder(Cell<?, ?> cell, Slot slot, @Nullable Object value) {
    Object inside = firstMember(value);
    if (inside == null) {
      return;
    }
    boolean holdsCells = inside instanceof Cell;
    throw new ArgumentException(
        Messages.of(
                "cell: the field "
                    + slot.field().getName()
                    + " of "
                    + cell.clsName()
                    + " hides "
                    + (holdsCells ? "cells" : "parameters")
                    + " in a "
                    + slot.field().getType().getSimpleName())
            .line("found", inside instanceof Cell<?, ?> c ? c.clsName() : inside)
            .hint(
                (holdsCells
                        ? "hold them in a CellList, CellDict or SequentialCell"
                        : "hold them in a ParameterTuple")
                    + "; mark the field transient if they belong elsewhere")
            .text());
  }

  private static @Nullable Object firstMember(@Nullable Object value) {
    if (value instanceof Cell || value instanceof Parameter) {
      return value;
    }
    if (value instanceof Collection<?> all) {
      return firstOf(all);
    }
    if (value instanceof Map<?, ?> map) {
      return firstOf(map.values());
    }
    if (value instanceof Object[] array) {
      return firstOf(java.util.Arrays.asList(array));
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
        boolean sure = Cell.class.isAssignableFrom(of) || of == Parameter.class;
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
