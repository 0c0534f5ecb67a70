package dev.mycel.nn.layer;

import dev.mycel.core.DType;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Scope;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import dev.mycel.nn.init.Initializer;
import dev.mycel.nn.init.LazyTensor;
import dev.mycel.nn.init.Noise;

/** The values of another plan, but zeros in one row of the first axis. */
final class ZeroRow extends Initializer {
  private final LazyTensor plan;
  private final long row;

  ZeroRow(LazyTensor plan, long row) {
    this.plan = plan;
    this.row = row;
  }

  @Override
  protected int draws() {
    return 0;
  }

  @Override
  @SuppressWarnings("try") // the scope only ends what is made on the way
  protected float[] fill(Shape shape, Noise noise) {
    try (Scope scope = Scope.open()) {
      Tensor made = plan.make().cast(DType.FLOAT32);
      float[] values = (float[]) Interpreters.root().toHost(made);
      int width = Math.toIntExact(shape.size() / shape.dim(0));
      int from = Math.toIntExact(row * width);
      java.util.Arrays.fill(values, from, from + width, 0);
      return values;
    }
  }
}
