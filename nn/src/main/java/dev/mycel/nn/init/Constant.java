package dev.mycel.nn.init;

import dev.mycel.core.DType;
import dev.mycel.core.Ops;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;

/** One number everywhere. */
public final class Constant extends Initializer {
  private final double value;

  /** That number everywhere. */
  public Constant(double value) {
    this.value = value;
  }

  @Override
  protected int draws() {
    return 0;
  }

  @Override
  protected float[] fill(Shape shape, Noise noise) {
    float[] values = new float[Math.toIntExact(shape.size())];
    java.util.Arrays.fill(values, (float) value);
    return values;
  }

  @Override
  Tensor make(Shape shape, DType dtype, Noise noise) {
    return Ops.full(shape, value, dtype);
  }
}
