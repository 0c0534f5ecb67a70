package dev.mycel.nn.init;

import dev.mycel.core.DType;
import dev.mycel.core.Ops;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;

/** Zeros. */
public final class Zero extends Initializer {
  /** Zeros. */
  public Zero() {}

  @Override
  protected int draws() {
    return 0;
  }

  @Override
  protected float[] fill(Shape shape, Noise noise) {
    float[] values = new float[Math.toIntExact(shape.size())];
    java.util.Arrays.fill(values, 0f);
    return values;
  }

  @Override
  Tensor make(Shape shape, DType dtype, Noise noise) {
    return Ops.full(shape, 0, dtype);
  }
}
