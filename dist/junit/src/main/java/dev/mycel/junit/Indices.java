package dev.mycel.junit;

import dev.mycel.core.Shape;
import java.util.StringJoiner;

/** Places in tensors, in row-major order. */
final class Indices {
  private Indices() {}

  /** The index of an element: {@code (1, 2)}. */
  static String text(Shape shape, int element) {
    long[] index = new long[shape.rank()];
    long rest = element;
    for (int axis = index.length - 1; axis >= 0; axis--) {
      index[axis] = rest % shape.dim(axis);
      rest /= shape.dim(axis);
    }
    StringJoiner text = new StringJoiner(", ", "(", index.length == 1 ? ",)" : ")");
    for (long i : index) {
      text.add(String.valueOf(i));
    }
    return text.toString();
  }
}
