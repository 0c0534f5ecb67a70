package dev.mycel.nn.layer;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Attrs;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Ops;
import dev.mycel.core.Prims;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;
import java.util.ArrayList;
import java.util.List;

/**
 * Pooling into a given number of places. Maxima and means of rectangles are maxima and means over
 * rows, then over columns; so one slice per row and column of the result is enough.
 */
abstract class AdaptivePool extends Cell<Tensor, Tensor> {
  private final long rows;
  private final long columns;

  AdaptivePool(long rows, long columns) {
    if (rows < 0 || columns < 0) {
      throw new ArgumentException(
          clsName() + ": the output size must not be negative, got " + rows + ", " + columns);
    }
    this.rows = rows;
    this.columns = columns;
  }

  /** Reduces one axis to extent one. */
  abstract Tensor reduce(Tensor slice, int axis);

  @Override
  protected Tensor construct(Tensor x) {
    Args.rank(clsName(), x.shape(), "[N, C, H, W] or [C, H, W]", 3, 4);
    int last = x.rank() - 1;
    return along(along(x, last - 1, rows), last, columns);
  }

  private Tensor along(Tensor x, int axis, long wanted) {
    long size = x.dim(axis);
    long places = wanted == 0 ? size : wanted;
    if (places == size) {
      return x;
    }
    List<Tensor> parts = new ArrayList<>();
    for (long i = 0; i < places; i++) {
      long from = i * size / places;
      long to = ((i + 1) * size + places - 1) / places;
      parts.add(reduce(slice(x, axis, from, to - from), axis));
    }
    return Ops.concat(parts, axis);
  }

  private static Tensor slice(Tensor x, int axis, long from, long count) {
    Shape sizes = x.shape().with(axis, count);
    long[] starts = new long[x.rank()];
    long[] steps = new long[x.rank()];
    java.util.Arrays.fill(steps, 1);
    starts[axis] = from;
    return Interpreters.bind(Prims.SLICE, new Attrs.Slice(starts, sizes, steps), x);
  }

  @Override
  protected boolean ownsTemporaries() {
    return true;
  }
}
