package dev.mycel.nn;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;
import dev.mycel.core.TensorException;
import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The fields of cells, found once for each class: superclass first, as they are declared. */
final class Slots {
  /**
   * A field that may hold a member.
   *
   * @param captured whether the compiler made it for a variable that a local class uses
   * @param closed why it cannot be read, if it cannot
   */
  record Slot(String name, Field field, boolean captured, @Nullable String closed) {
    /** What the field holds now. */
    @Nullable Object read(Cell<?, ?> cell) {
      if (closed != null) {
        throw new TensorException(
            Messages.of("cell: the field " + field.getName() + " cannot be read")
                .line("of  ", field.getDeclaringClass().getName())
                .hint(closed)
                .text());
      }
      try {
        return field.get(cell);
      } catch (IllegalAccessException e) {
        throw new TensorException("cell: reading " + field + " failed", e);
      }
    }
  }

  private static final ClassValue<List<Slot>> SLOTS =
      new ClassValue<>() {
        @Override
        protected List<Slot> computeValue(Class<?> type) {
          return slots(type);
        }
      };

  private Slots() {}

  /** The fields of a class that may hold members; captured variables come last. */
  static List<Slot> of(Class<?> type) {
    return SLOTS.get(type);
  }

  /** The field that registers members under a name, if there is one. */
  static @Nullable Field fieldNamed(Cell<?, ?> cell, String name) {
    for (Field field : all(cell.getClass())) {
      boolean member = !field.isSynthetic() && !Modifier.isTransient(field.getModifiers());
      if (member && localName(field).equals(name)) {
        return field;
      }
    }
    return null;
  }

  /** Whether a transient field of the cell holds that object: then it belongs elsewhere. */
  static boolean isReferredTo(Cell<?, ?> cell, Object member) {
    for (Field field : all(cell.getClass())) {
      boolean refers = Modifier.isTransient(field.getModifiers()) && !field.isSynthetic();
      if (refers && field.getType().isInstance(member)) {
        try {
          field.setAccessible(true);
          if (field.get(cell) == member) {
            return true;
          }
        } catch (InaccessibleObjectException | IllegalAccessException e) {
          return true; // nobody can tell, so nobody is blamed
        }
      }
    }
    return false;
  }

  /** All fields of instances below the library's bases, superclass first. */
  static List<Field> all(Class<?> type) {
    List<Class<?>> line = new ArrayList<>();
    for (Class<?> c = type; c != null && !Members.BASES.contains(c); c = c.getSuperclass()) {
      line.add(0, c);
    }
    List<Field> fields = new ArrayList<>();
    for (Class<?> c : line) {
      for (Field field : c.getDeclaredFields()) {
        if (!Modifier.isStatic(field.getModifiers())) {
          fields.add(field);
        }
      }
    }
    return fields;
  }

  private static List<Slot> slots(Class<?> type) {
    List<Slot> slots = new ArrayList<>();
    List<Slot> captured = new ArrayList<>();
    for (Field field : all(type)) {
      if (Modifier.isTransient(field.getModifiers()) || !mayHoldMember(field.getType())) {
        continue;
      }
      if (!field.isSynthetic()) {
        slots.add(slot(field, false));
      } else if (!field.getName().startsWith("this$")) {
        captured.add(slot(field, true));
      }
    }
    slots.addAll(captured);
    return List.copyOf(slots);
  }

  private static Slot slot(Field field, boolean captured) {
    Class<?> owner = field.getDeclaringClass();
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
      return new Slot(name, field, captured, null);
    } catch (InaccessibleObjectException | SecurityException e) {
      return new Slot(name, field, captured, missingOpens(owner));
    }
  }

  /** The line that a module lacks. */
  static String missingOpens(Class<?> owner) {
    return "add `opens "
        + owner.getPackageName()
        + " to dev.mycel.nn;` to the module-info of "
        + owner.getModule().getName();
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
        || type == Buffer.class
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
}
