package dev.mycel.nn.layer;

import dev.mycel.core.DType;
import dev.mycel.core.Messages;
import dev.mycel.core.Ops;
import dev.mycel.core.Shape;
import dev.mycel.core.ShapeException;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;
import dev.mycel.nn.Parameter;
import dev.mycel.nn.init.Initializers;

/**
 * x where positive, elsewhere a learned fraction of it: one for all channels, or one for each of x
 * [N, C, ...].
 */
public final class PReLU extends Cell<Tensor, Tensor> {
  private final Parameter w;

  /** One fraction for all channels, 0.25 at first. */
  public PReLU() {
    this(1, 0.25);
  }

  /** That many fractions (one, or one for each channel) with that first value. */
  public PReLU(long channel, double init) {
    Shape shape = Shape.of(Args.positive("prelu", "channel", channel));
    w = new Parameter(Initializers.initializer(init, shape, DType.FLOAT32), "a");
  }

  /** The fractions. */
  public Parameter weight() {
    return w;
  }

  @Override
  protected Tensor construct(Tensor x) {
    long n = w.shape().size();
    Tensor slope = w.value().cast(x.dtype());
    if (n > 1) {
      if (x.rank() < 2 || x.dim(1) != n) {
        throw new ShapeException(
            Messages.of("prelu: the input has not one channel for each fraction")
                .line("input    ", x.shape() + "  [N, C, ...]")
                .line("fractions", n)
                .text());
      }
      long[] dims = new long[x.rank()];
      java.util.Arrays.fill(dims, 1);
      dims[1] = n;
      slope = slope.reshape(dims);
    }
    return Ops.where(x.gt(0), x, x.mul(slope));
  }

  @Override
  protected boolean ownsTemporaries() {
    return true;
  }
}
