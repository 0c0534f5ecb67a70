package dev.mycel.nn.layer;

import dev.mycel.core.Attrs;
import dev.mycel.core.DType;
import dev.mycel.core.Generator;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Messages;
import dev.mycel.core.Ops;
import dev.mycel.core.Prims;
import dev.mycel.core.Random;
import dev.mycel.core.Shape;
import dev.mycel.core.ShapeException;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;

/**
 * In training zeroes whole channels at random and scales the others by {@code 1 / (1 - p)}; in
 * inference gives its input back. Tompson et al., 2015.
 */
abstract class ChannelDropout extends Cell<Tensor, Tensor> {
  private final double p;
  private final int spatial;

  ChannelDropout(double p, int spatial) {
    Args.probability(name(spatial), "p", p, true);
    this.p = p;
    this.spatial = spatial;
  }

  private static String name(int spatial) {
    return "dropout" + spatial + "d";
  }

  @Override
  protected Tensor construct(Tensor x) {
    int rank = x.shape().rank();
    if (rank != spatial + 1 && rank != spatial + 2) {
      throw new ShapeException(
          Messages.of(name(spatial) + ": the input has another number of axes than it takes")
              .line("input", x.shape())
              .hint("give [N, C, ...] or [C, ...] with " + spatial + " axes after the channels")
              .text());
    }
    if (!training() || p == 0) {
      return x;
    }
    if (p == 1) {
      return x.mul(0);
    }
    long[] dims = x.shape().dims();
    for (int i = rank - spatial; i < rank; i++) {
      dims[i] = 1;
    }
    Shape channels = Shape.of(dims);
    Generator.Stream stream = Random.nextStream("dropout", 0, channels.size());
    Attrs.Dropout attrs = new Attrs.Dropout(p, stream.key(), stream.counter());
    Tensor scales = Interpreters.bind(Prims.DROPOUT, attrs, Ops.ones(channels, DType.FLOAT32));
    return x.mul(scales.cast(x.dtype()));
  }

  @Override
  protected boolean ownsTemporaries() {
    return true;
  }

  /** MindSpore's dropout layers of channels print the probability to keep under this label. */
  @Override
  public String extendRepr() {
    return "p=" + Text.of(1 - p);
  }
}
