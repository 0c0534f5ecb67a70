package dev.mycel.core;

/**
 * What is known of a tensor without looking at its values.
 *
 * @param shape its extents
 * @param dtype its element type
 * @param device where it lives
 */
public record TensorType(Shape shape, DType dtype, Device device) {
  /** This type with another shape. */
  public TensorType with(Shape other) {
    return other.equals(shape) ? this : new TensorType(other, dtype, device);
  }

  /** This type with another element type. */
  public TensorType with(DType other) {
    return other == dtype ? this : new TensorType(shape, other, device);
  }

  /** Bytes that a dense copy takes. */
  public long bytes() {
    if (shape.size() > Long.MAX_VALUE / dtype.bytes()) {
      throw new ShapeException("tensor: " + this + " has more bytes than fit in 63 bits");
    }
    return shape.size() * dtype.bytes();
  }

  @Override
  public String toString() {
    return dtype + shape.toString();
  }
}
