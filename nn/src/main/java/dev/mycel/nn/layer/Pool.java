package dev.mycel.nn.layer;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;
import dev.mycel.nn.PadMode;
import java.util.Arrays;
import java.util.Locale;

/** What pooling layers share: x [N, C, axes...], or without the batch [C, axes...]. */
abstract class Pool extends Cell<Tensor, Tensor> {
  final Windows windows;
  final boolean ceilMode;
  private final int axes;
  private final String repr;

  Pool(int axes, PoolBuilder<?> b) {
    String layer = clsName();
    this.axes = axes;
    long[] size = Args.perAxis(layer, "kernelSize", axes, 1, b.kernelSize);
    long[] stride = Args.perAxis(layer, "stride", axes, 1, b.stride);
    long[] padding = Args.perAxis(layer, "padding", axes, 0, b.padding);
    long[] dilation = Args.perAxis(layer, "dilation", axes, 1, b.dilation);
    boolean plain = Arrays.stream(padding).allMatch(p -> p == 0) && !b.ceilMode;
    if (b.padMode != PadMode.PAD && !(plain && Arrays.stream(dilation).allMatch(d -> d == 1))) {
      throw new ArgumentException(
          Messages.of(layer + ": padding, dilation and ceilMode need pad mode 'pad'")
              .line("pad mode", b.padMode)
              .hint("set padMode(PadMode.PAD)")
              .text());
    }
    long[] sides = new long[2 * axes];
    for (int i = 0; i < axes; i++) {
      if (2 * padding[i] > size[i]) {
        throw new ArgumentException(
            Messages.of(layer + ": padding must not exceed half of the window")
                .line("padding", Arrays.toString(padding))
                .line("window ", Arrays.toString(size))
                .text());
      }
      sides[2 * i] = padding[i];
      sides[2 * i + 1] = padding[i];
    }
    windows = new Windows(size, stride, b.padMode, sides, dilation);
    ceilMode = b.ceilMode;
    repr =
        "kernel_size="
            + Text.scalarOrTuple(b.kernelSize)
            + ", stride="
            + Text.scalarOrTuple(b.stride)
            + ", pad_mode="
            + b.padMode.name().toUpperCase(Locale.ROOT);
  }

  @Override
  protected Tensor construct(Tensor x) {
    Args.rank(
        clsName(),
        x.shape(),
        "[N, C, axes...] or [C, axes...], " + axes + " axes",
        axes + 1,
        axes + 2);
    return x.rank() == axes + 2 ? pool(x) : pool(x.expandDims(0)).squeeze(0);
  }

  /** Pools x [N, C, axes...]. */
  abstract Tensor pool(Tensor x);

  final Windows.Pads pads(Shape input) {
    return ceilMode ? windows.ceilPads(input) : windows.pads(input);
  }

  @Override
  protected boolean ownsTemporaries() {
    return true;
  }

  @Override
  public String extendRepr() {
    return repr;
  }
}
