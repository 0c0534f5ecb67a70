package dev.mycel.checkpoint.names;

import dev.mycel.core.DType;
import dev.mycel.core.Shape;

/**
 * What is known of a value before it is loaded.
 *
 * @param shape its extents
 * @param dtype its element type
 */
public record ValueForm(Shape shape, DType dtype) {
  /** This form with another shape. */
  public ValueForm with(Shape other) {
    return new ValueForm(other, dtype);
  }

  /** For example {@code float32 (2, 3)}. */
  @Override
  public String toString() {
    return dtype + " " + shape;
  }
}
