package dev.mycel.nn.init;

import dev.mycel.core.DType;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Messages;
import dev.mycel.core.Scope;
import dev.mycel.core.Shape;
import dev.mycel.core.ShapeException;
import dev.mycel.core.Tensor;
import dev.mycel.core.TensorException;

/** The values of a tensor. */
final class Given extends Initializer {
  private final Tensor value;

  Given(Tensor value) {
    this.value = Scope.keep(value);
  }

  @Override
  protected int draws() {
    return 0;
  }

  @Override
  protected void check(Shape shape) {
    if (!shape.equals(value.shape())) {
      throw new ShapeException(
          Messages.of("initializer: the given tensor has another shape")
              .line("wanted", shape)
              .line("given ", value.shape())
              .text());
    }
  }

  @Override
  protected float[] fill(Shape shape, Noise noise) {
    throw new TensorException("initializer: a given tensor is not filled");
  }

  @Override
  Tensor make(Shape shape, DType dtype, Noise noise) {
    return Interpreters.readable(value).cast(dtype);
  }

  @Override
  public String toString() {
    return "Tensor";
  }
}
