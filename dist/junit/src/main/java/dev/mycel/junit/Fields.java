package dev.mycel.junit;

import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Modifier;

/** The fields of a test's instance that nobody uses any more. */
final class Fields {
  private Fields() {}

  /** Sets all references of the instance to null; false if its module does not allow it. */
  static boolean clear(Object instance) {
    boolean all = true;
    for (Class<?> c = instance.getClass(); c != null && c != Object.class; c = c.getSuperclass()) {
      for (Field field : c.getDeclaredFields()) {
        if (!Modifier.isStatic(field.getModifiers()) && !field.getType().isPrimitive()) {
          all &= clear(field, instance);
        }
      }
    }
    return all;
  }

  private static boolean clear(Field field, Object instance) {
    try {
      field.setAccessible(true);
      field.set(instance, null);
      return true;
    } catch (InaccessibleObjectException | IllegalAccessException e) {
      return false;
    }
  }
}
