package dev.mycel.nn.init;

import dev.mycel.core.DType;
import dev.mycel.core.Ops;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;

/** Ones. */
public final class One extends Initializer {
  /** Ones. */
  public One() {}

  @Override
  protected int draws() {
    return 0;
  }

  @Override
  protected float[] fill(Shape shape, Noise noise) {
    float[] values = new float[Math.toIntExact(shape.size())];
    java.util.Arrays.fill(values, 1f);
    return values;
  }

  @Override
  Tensor make(Shape shape, DType dtype, Noise noise) {
    return Ops.full(shape, 1, dtype);
  }
}
