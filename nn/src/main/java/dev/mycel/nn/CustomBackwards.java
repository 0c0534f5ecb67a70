package dev.mycel.nn;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Set;

/** Which classes of cells bring their own backward; found once per class. */
final class CustomBackwards {
  /** The classes whose own methods of that name are the defaults. */
  private static final Set<Class<?>> BASES = Set.of(Cell.class, Cell2.class, Cell3.class);

  private static final ClassValue<Boolean> OVERRIDDEN =
      new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
          for (Class<?> c = type; c != null && !BASES.contains(c); c = c.getSuperclass()) {
            for (Method method : c.getDeclaredMethods()) {
              if (method.getName().equals("bprop")
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

  private CustomBackwards() {}

  /** Whether a class below the library's bases declares a method named bprop. */
  static boolean isOverriddenBy(Class<?> type) {
    return OVERRIDDEN.get(type);
  }
}
