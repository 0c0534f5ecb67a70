package dev.mycel.nn;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Set;

/** Which classes of cells bring their own backward; found once per class. */
final class CustomBackwards {
  /** The classes whose own methods of that name are the defaults. */
  private static final Set<Class<?>> BASES = Set.of(Cell.class, Cell2.class, Cell3.class);

  private static final ClassValue<Boolean> OF_INPUTS = declaring("bprop");
  private static final ClassValue<Boolean> OF_PARAMETERS = declaring("bpropParameters");

  private CustomBackwards() {}

  private static ClassValue<Boolean> declaring(String name) {
    return new ClassValue<>() {
      @Override
      protected Boolean computeValue(Class<?> type) {
        for (Class<?> c = type; c != null && !BASES.contains(c); c = c.getSuperclass()) {
          for (Method method : c.getDeclaredMethods()) {
            if (method.getName().equals(name)
                && !method.isSynthetic()
                && !Modifier.isStatic(method.getModifiers())
                && !Modifier.isPrivate(method.getModifiers())) {
              return true;
            }
          }
        }
        return false;
      }
    };
  }

  /** Whether a class below the library's bases declares a method named bprop. */
  static boolean isOverriddenBy(Class<?> type) {
    return OF_INPUTS.get(type);
  }

  /** Whether a class below the library's bases declares a method named bpropParameters. */
  static boolean coverParameters(Class<?> type) {
    return OF_PARAMETERS.get(type);
  }
}
