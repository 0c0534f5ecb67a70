package dev.mycel.nn;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Generator;
import dev.mycel.core.Messages;
import dev.mycel.core.Tensor;
import dev.mycel.core.TensorException;
import dev.mycel.core.Variable;
import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Copies trees of cells without running a constructor: each object is cloned, then every field that
 * refers to a part of the tree is pointed to the copy of that part. So inner classes see their
 * outer cell's copy, shared parts stay shared, and cycles end.
 */
final class CellCopier {
  private final Map<Object, Object> copies = new IdentityHashMap<>();

  private CellCopier() {}

  /** A copy of the cell and all below. */
  static Cell<?, ?> copy(Cell<?, ?> root) {
    CellCopier copier = new CellCopier();
    List<NamedCell> cells = Walk.cells(root);
    for (NamedCell named : cells) {
      Optional<String> why = named.cell().whyNotCopied();
      if (why.isPresent()) {
        throw new ArgumentException(
            Messages.of("deepCopy: " + named.cell().clsName() + " cannot be copied")
                .line("at  ", named.name().isEmpty() ? "the cell itself" : named.name())
                .hint(why.get())
                .text());
      }
    }
    for (NamedParameter named : root.parametersAndNames()) {
      copier.copies.put(named.parameter(), named.parameter().duplicate());
    }
    for (NamedBuffer named : root.namedBuffers()) {
      copier.copies.put(named.buffer(), named.buffer().copy());
    }
    for (NamedCell named : cells) {
      copier.copies.put(named.cell(), named.cell().shell());
    }
    for (NamedCell named : cells) {
      copier.fill(named.cell());
    }
    return (Cell<?, ?>) copier.known(root);
  }

  private Object known(Object original) {
    Object copy = copies.get(original);
    if (copy == null) {
      throw new AssertionError("there is no copy of " + original);
    }
    return copy;
  }

  private void fill(Cell<?, ?> original) {
    Cell<?, ?> copy = (Cell<?, ?>) known(original);
    copy.inserted().replaceAll((name, member) -> known(member));
    for (Field field : Slots.all(original.getClass())) {
      if (isPlain(field.getType())) {
        continue;
      }
      try {
        field.setAccessible(true);
        Object value = field.get(original);
        Object twin = copied(value, field, original);
        if (twin != value) {
          field.set(copy, twin);
        }
      } catch (InaccessibleObjectException | IllegalAccessException e) {
        throw new TensorException(
            Messages.of("deepCopy: the field " + field.getName() + " cannot be copied")
                .line("of  ", field.getDeclaringClass().getName())
                .hint(Slots.missingOpens(field.getDeclaringClass()))
                .text(),
            e);
      }
    }
  }

  /** Whether values of that type never change and hold nothing of the tree. */
  private static boolean isPlain(Class<?> type) {
    return type.isPrimitive() || type == String.class || type.isEnum() || type == Class.class;
  }

  private @Nullable Object copied(@Nullable Object value, Field field, Cell<?, ?> cell) {
    if (value == null) {
      return null;
    }
    Object known = copies.get(value);
    if (known != null) {
      return known;
    }
    if (value instanceof Cell || value instanceof Variable) {
      return value; // it belongs elsewhere
    }
    if (value instanceof Tensor || isPlain(value.getClass())) {
      return value;
    }
    Object copy = structure(value, field, cell);
    if (copy == null) {
      copy = mutable(value);
    }
    if (copy == null) {
      refuseCapture(value, field, cell);
      copy = value;
    }
    copies.put(value, copy);
    return copy;
  }

  /** A copy of a structure with the copies of its parts, or null for anything else. */
  private @Nullable Object structure(Object value, Field field, Cell<?, ?> cell) {
    if (value instanceof ParameterTuple tuple) {
      return tuple.with(p -> (Parameter) copies.getOrDefault(p, p));
    }
    if (value instanceof CellSequence<?> sequence) {
      return new CellSequence<>((Cell<?, ?>) known(sequence.owner()));
    }
    if (value.getClass().isArray()) {
      return array(value, field, cell);
    }
    if (value instanceof Record record) {
      return record(record, field, cell);
    }
    if (value instanceof Optional<?> maybe) {
      Object part = copied(maybe.orElse(null), field, cell);
      return part == maybe.orElse(null) ? maybe : Optional.ofNullable(part);
    }
    boolean standard = value.getClass().getName().startsWith("java.util.");
    if (standard && value instanceof Map<?, ?> map) {
      return map(map, field, cell);
    }
    if (standard && value instanceof Collection<?> all) {
      return collection(all, field, cell);
    }
    return null;
  }

  /** A copy of state that the library and the JDK keep in objects, or null for anything else. */
  private static @Nullable Object mutable(Object value) {
    if (value instanceof Generator generator) {
      Generator twin = new Generator();
      twin.setState(generator.getState());
      return twin;
    }
    if (value instanceof AtomicLong number) {
      return new AtomicLong(number.get());
    }
    if (value instanceof AtomicInteger number) {
      return new AtomicInteger(number.get());
    }
    return value instanceof AtomicBoolean flag ? new AtomicBoolean(flag.get()) : null;
  }

  private Object array(Object value, Field field, Cell<?, ?> cell) {
    int n = Array.getLength(value);
    Object copy = Array.newInstance(value.getClass().getComponentType(), n);
    if (value instanceof Object[] objects) {
      Object[] twin = (Object[]) copy;
      for (int i = 0; i < n; i++) {
        twin[i] = copied(objects[i], field, cell);
      }
    } else {
      System.arraycopy(value, 0, copy, 0, n);
    }
    return copy;
  }

  private Object map(Map<?, ?> map, Field field, Cell<?, ?> cell) {
    Map<@Nullable Object, @Nullable Object> copy = emptyLike(map, new LinkedHashMap<>());
    boolean[] changed = {false};
    map.forEach(
        (key, part) -> {
          Object twin = copied(part, field, cell);
          Object itsKey = copied(key, field, cell);
          changed[0] |= twin != part || itsKey != key;
          copy.put(itsKey, twin);
        });
    if (copy.getClass() == map.getClass()) {
      return copy;
    }
    return changed[0] ? Collections.unmodifiableMap(copy) : map;
  }

  private Object collection(Collection<?> all, Field field, Cell<?, ?> cell) {
    boolean set = all instanceof Set;
    Collection<@Nullable Object> copy =
        emptyLike(all, set ? new LinkedHashSet<>() : new ArrayList<>());
    boolean changed = false;
    for (Object part : all) {
      Object twin = copied(part, field, cell);
      changed |= twin != part;
      copy.add(twin);
    }
    if (copy.getClass() == all.getClass()) {
      return copy;
    }
    if (!changed) {
      return all;
    }
    return copy instanceof List<?> list
        ? Collections.unmodifiableList(list)
        : copy instanceof Set<?> unordered ? Collections.unmodifiableSet(unordered) : copy;
  }

  /** An empty collection of the same class if it has a public constructor for that. */
  @SuppressWarnings("unchecked") // an empty collection takes any element
  private static <T> T emptyLike(Object original, T otherwise) {
    if (original instanceof TreeMap<?, ?> sorted) {
      return (T) new TreeMap<>(sorted.comparator());
    }
    if (original instanceof TreeSet<?> sorted) {
      return (T) new TreeSet<>(sorted.comparator());
    }
    try {
      if (Modifier.isPublic(original.getClass().getModifiers())) {
        return (T) original.getClass().getConstructor().newInstance();
      }
    } catch (ReflectiveOperationException e) {
      return otherwise;
    }
    return otherwise;
  }

  private Object record(Record record, Field field, Cell<?, ?> cell) {
    RecordComponent[] components = record.getClass().getRecordComponents();
    Object[] parts = new Object[components.length];
    boolean changed = false;
    try {
      for (int i = 0; i < parts.length; i++) {
        components[i].getAccessor().setAccessible(true);
        Object part = components[i].getAccessor().invoke(record);
        parts[i] = copied(part, field, cell);
        changed |= parts[i] != part;
      }
      if (!changed) {
        return record;
      }
      Class<?>[] types =
          Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
      Constructor<?> canonical = record.getClass().getDeclaredConstructor(types);
      canonical.setAccessible(true);
      return canonical.newInstance(parts);
    } catch (ReflectiveOperationException | InaccessibleObjectException e) {
      throw new TensorException(
          Messages.of("deepCopy: the record in " + field.getName() + " cannot be copied")
              .line("of  ", record.getClass().getName())
              .hint(Slots.missingOpens(record.getClass()))
              .text(),
          e);
    }
  }

  /** A function that captured a part of the original would go on using it. */
  private void refuseCapture(Object helper, Field field, Cell<?, ?> cell) {
    for (Class<?> c = helper.getClass(); c != null; c = c.getSuperclass()) {
      if (c.getName().startsWith("java.")) {
        return;
      }
      for (Field inside : c.getDeclaredFields()) {
        if (refersToTree(helper, inside)) {
          throw new ArgumentException(
              Messages.of(
                      "deepCopy: the field "
                          + field.getName()
                          + " of "
                          + Hidden.describe(cell)
                          + " refers to a part of the cell")
                  .line("by  ", inside.getType().getSimpleName() + " " + inside.getName())
                  .hint("make the function a method of the cell, and the helper a cell or a record")
                  .text());
        }
      }
    }
  }

  private boolean refersToTree(Object helper, Field inside) {
    if (Modifier.isStatic(inside.getModifiers()) || isPlain(inside.getType())) {
      return false;
    }
    try {
      inside.setAccessible(true);
      Object value = inside.get(helper);
      return Members.isMember(value) && copies.containsKey(value);
    } catch (InaccessibleObjectException | IllegalAccessException e) {
      return false; // a closed module keeps its secrets
    }
  }
}
