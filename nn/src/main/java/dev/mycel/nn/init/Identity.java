package dev.mycel.nn.init;

import dev.mycel.core.Messages;
import dev.mycel.core.Shape;
import dev.mycel.core.ShapeException;

/** A matrix with ones on the diagonal. */
public final class Identity extends Initializer {
  /** Ones on the diagonal. */
  public Identity() {}

  @Override
  protected int draws() {
    return 0;
  }

  @Override
  protected void check(Shape shape) {
    requireMatrix("identity", shape);
  }

  static void requireMatrix(String initializer, Shape shape) {
    if (shape.rank() != 2) {
      throw new ShapeException(
          Messages.of(initializer + ": the shape is no matrix's")
              .line("shape", shape)
              .hint("it needs exactly two axes")
              .text());
    }
  }

  @Override
  protected float[] fill(Shape shape, Noise noise) {
    int columns = Math.toIntExact(shape.dim(1));
    float[] values = new float[Math.toIntExact(shape.size())];
    for (int i = 0; i < Math.min(shape.dim(0), columns); i++) {
      values[i * columns + i] = 1;
    }
    return values;
  }
}
