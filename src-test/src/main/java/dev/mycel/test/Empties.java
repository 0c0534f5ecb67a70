package dev.mycel.test;

import dev.mycel.core.DType;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Shape;
import dev.mycel.core.TensorException;
import dev.mycel.core.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;

/**
 * Empty inputs that a row's primitive takes: its own with an extent set to 0 wherever it stands.
 */
final class Empties {
  /** A row with more elements is about speed and blocks. */
  private static final long LARGE = 2000;

  private Empties() {}

  /**
   * Shapes of all inputs, for each extent that may be 0; empty inputs of a row are none of them.
   */
  static List<Shape[]> of(OpSample<?> row, DType dtype) {
    Shape[] shapes = RowCases.shapes(row);
    List<Shape[]> found = new ArrayList<>();
    if (Arrays.stream(shapes).anyMatch(s -> s.isEmpty() || s.size() > LARGE)) {
      return found;
    }
    TreeSet<Long> extents = new TreeSet<>();
    for (Shape shape : shapes) {
      Arrays.stream(shape.dims()).forEach(extents::add);
    }
    for (long extent : extents) {
      Shape[] empty = Arrays.stream(shapes).map(s -> without(s, extent)).toArray(Shape[]::new);
      if (isAccepted(row, dtype, empty)) {
        found.add(empty);
      }
    }
    return found;
  }

  private static Shape without(Shape shape, long extent) {
    return Shape.of(Arrays.stream(shape.dims()).map(d -> d == extent ? 0 : d).toArray());
  }

  private static <A> boolean isAccepted(OpSample<A> row, DType dtype, Shape[] shapes) {
    TensorType[] types = new TensorType[shapes.length];
    Arrays.setAll(
        types,
        i ->
            new TensorType(
                shapes[i], row.inputs().get(i).dtype(dtype), Interpreters.root().device()));
    try {
      row.primitive().infer(row.attrs(dtype), types);
      return true;
    } catch (TensorException e) {
      return false;
    }
  }
}
