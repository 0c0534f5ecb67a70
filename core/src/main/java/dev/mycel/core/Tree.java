package dev.mycel.core;

import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Walks tensors, and records, lists, maps, arrays and optionals of them, in a fixed order:
 * components of a record as declared, entries of a map as it iterates. Anything else is a leaf that
 * is carried along untouched.
 */
public final class Tree {
  private Tree() {}

  /** Calls the action for each tensor. */
  public static void forEach(@Nullable Object tree, Consumer<Tensor> action) {
    if (tree instanceof Tensor t) {
      action.accept(t);
    } else if (tree instanceof Record r) {
      for (Object part : components(r)) {
        forEach(part, action);
      }
    } else if (tree instanceof Iterable<?> list) {
      for (Object part : list) {
        forEach(part, action);
      }
    } else if (tree instanceof Map<?, ?> map) {
      for (Object part : map.values()) {
        forEach(part, action);
      }
    } else if (tree instanceof Object[] array) {
      for (Object part : array) {
        forEach(part, action);
      }
    } else if (tree instanceof Optional<?> maybe) {
      forEach(maybe.orElse(null), action);
    }
  }

  /** The tensors in order. */
  public static List<Tensor> tensors(@Nullable Object tree) {
    if (tree instanceof Tensor t) {
      return List.of(t);
    }
    List<Tensor> found = new ArrayList<>();
    forEach(tree, found::add);
    return found;
  }

  /** A tree of the same form with each tensor replaced. */
  @SuppressWarnings("unchecked") // each branch rebuilds the type it was given
  public static <T extends @Nullable Object> T map(T tree, UnaryOperator<Tensor> change) {
    if (tree instanceof Tensor t) {
      return (T) change.apply(t);
    }
    if (tree instanceof Record r) {
      return (T) rebuild(r, change);
    }
    if (tree instanceof List<?> list) {
      List<@Nullable Object> parts = new ArrayList<>(list.size());
      for (Object part : list) {
        parts.add(map(part, change));
      }
      return (T) parts;
    }
    if (tree instanceof Map<?, ?> map) {
      Map<Object, @Nullable Object> parts = new LinkedHashMap<>();
      map.forEach((key, value) -> parts.put(key, map(value, change)));
      return (T) parts;
    }
    if (tree instanceof Object[] array) {
      Object[] parts =
          (Object[]) Array.newInstance(array.getClass().getComponentType(), array.length);
      for (int i = 0; i < parts.length; i++) {
        parts[i] = map(array[i], change);
      }
      return (T) parts;
    }
    if (tree instanceof Optional<?> maybe) {
      return (T) maybe.map(part -> map((Object) part, change));
    }
    return tree;
  }

  /** A tree of the same form whose tensors are taken from the list in order. */
  public static <T> T refill(T tree, List<Tensor> tensors) {
    java.util.Iterator<Tensor> next = tensors.iterator();
    T filled =
        map(
            tree,
            t -> {
              if (!next.hasNext()) {
                throw new ArgumentException(
                    "tree: fewer tensors than places, " + tensors.size() + " given");
              }
              return next.next();
            });
    if (next.hasNext()) {
      throw new ArgumentException("tree: more tensors than places, " + tensors.size() + " given");
    }
    return filled;
  }

  private static Object rebuild(Record record, UnaryOperator<Tensor> change) {
    Object[] parts = components(record);
    boolean changed = false;
    for (int i = 0; i < parts.length; i++) {
      Object before = parts[i];
      parts[i] = map(before, change);
      changed |= parts[i] != before;
    }
    return changed ? construct(record.getClass(), parts) : record;
  }

  /** The values of a record's components, in order. */
  public static Object[] components(Record record) {
    Form form = FORMS.get(record.getClass());
    Object[] values = new Object[form.components.length];
    for (int i = 0; i < values.length; i++) {
      try {
        values[i] = form.components[i].getAccessor().invoke(record);
      } catch (IllegalAccessException e) {
        throw inaccessible(record.getClass(), e);
      } catch (InvocationTargetException e) {
        throw new TensorException(
            "tree: reading " + form.components[i].getName() + " failed", e.getCause());
      }
    }
    return values;
  }

  private static Object construct(Class<?> type, Object[] parts) {
    try {
      return FORMS.get(type).constructor.newInstance(parts);
    } catch (IllegalAccessException | InstantiationException e) {
      throw inaccessible(type, e);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new TensorException("tree: constructing " + type.getName() + " failed", e.getCause());
    }
  }

  private record Form(RecordComponent[] components, Constructor<?> constructor) {}

  private static final ClassValue<Form> FORMS =
      new ClassValue<>() {
        @Override
        protected Form computeValue(Class<?> type) {
          RecordComponent[] components = type.getRecordComponents();
          Class<?>[] types = new Class<?>[components.length];
          try {
            for (int i = 0; i < types.length; i++) {
              types[i] = components[i].getType();
              components[i].getAccessor().setAccessible(true);
            }
            Constructor<?> canonical = type.getDeclaredConstructor(types);
            canonical.setAccessible(true);
            return new Form(components, canonical);
          } catch (ReflectiveOperationException | RuntimeException e) {
            throw inaccessible(type, e);
          }
        }
      };

  private static TensorException inaccessible(Class<?> type, Exception cause) {
    Module module = type.getModule();
    String fix =
        module.isNamed()
            ? "add `opens "
                + type.getPackageName()
                + " to dev.mycel.core;` to the module-info of "
                + module.getName()
            : "make the record and its accessors accessible";
    return new TensorException(
        Messages.of("tree: the record " + type.getName() + " cannot be read").hint(fix).text(),
        cause);
  }
}
