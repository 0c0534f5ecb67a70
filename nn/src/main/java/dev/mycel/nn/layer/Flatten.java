package dev.mycel.nn.layer;

import dev.mycel.core.Messages;
import dev.mycel.core.Shape;
import dev.mycel.core.ShapeException;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;

/** Makes one axis of several neighbouring ones: x [N, C, H, W] becomes [N, C * H * W]. */
public final class Flatten extends Cell<Tensor, Tensor> {
  private final int startDim;
  private final int endDim;

  /** All axes but the first. */
  public Flatten() {
    this(1, -1);
  }

  /** From one axis to another, both included; negative ones count from the end. */
  public Flatten(int startDim, int endDim) {
    this.startDim = startDim;
    this.endDim = endDim;
  }

  @Override
  protected Tensor construct(Tensor x) {
    Shape shape = x.shape();
    if (shape.rank() == 1 && startDim == 1 && endDim == -1) {
      return x;
    }
    int from = shape.axis(startDim, "flatten");
    int to = shape.axis(endDim, "flatten");
    if (from > to) {
      throw new ShapeException(
          Messages.of("flatten: the first axis lies behind the last")
              .line("input", shape)
              .line("axes ", startDim + " to " + endDim)
              .text());
    }
    long[] dims = new long[shape.rank() - (to - from)];
    long joined = 1;
    for (int axis = 0; axis < shape.rank(); axis++) {
      if (axis < from) {
        dims[axis] = shape.dim(axis);
      } else if (axis <= to) {
        joined *= shape.dim(axis);
      } else {
        dims[axis - (to - from)] = shape.dim(axis);
      }
    }
    dims[from] = joined;
    return x.reshape(dims);
  }
}
