package dev.mycel.nn.layer;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;
import dev.mycel.core.Shape;
import dev.mycel.nn.PadMode;
import java.util.Arrays;

/**
 * The geometry of windows over the last axes of an input.
 *
 * @param padding before and after each axis in turn; zeros unless the mode is PAD
 */
record Windows(long[] size, long[] stride, PadMode mode, long[] padding, long[] dilation) {
  /** Padding before and after, per axis. */
  record Pads(long[] low, long[] high) {}

  /** Padding given as one number for all sides or as one per side, in that order. */
  static long[] sides(String layer, int axes, PadMode mode, long... padding) {
    long[] sides = Args.perAxis(layer, "padding", 2 * axes, 0, padding);
    if (mode != PadMode.PAD && Arrays.stream(sides).anyMatch(side -> side != 0)) {
      throw new ArgumentException(
          Messages.of(layer + ": padding needs pad mode 'pad'")
              .line("padding ", Arrays.toString(padding))
              .line("pad mode", mode)
              .hint("set padMode(PadMode.PAD), or leave padding out")
              .text());
    }
    return sides;
  }

  /** The padding for an input of that shape. */
  Pads pads(Shape input) {
    int n = size.length;
    long[] low = new long[n];
    long[] high = new long[n];
    for (int i = 0; i < n; i++) {
      if (mode == PadMode.SAME) {
        long in = input.dim(i - n);
        long places = (in + stride[i] - 1) / stride[i];
        long total = Math.max((places - 1) * stride[i] + span(i) - in, 0);
        low[i] = total / 2;
        high[i] = total - total / 2;
      } else {
        low[i] = padding[2 * i];
        high[i] = padding[2 * i + 1];
      }
    }
    return new Pads(low, high);
  }

  /**
   * The padding that lets a last, partial window in wherever it starts inside the input or the
   * padding before it.
   */
  Pads ceilPads(Shape input) {
    Pads pads = pads(input);
    int n = size.length;
    long[] high = pads.high().clone();
    for (int i = 0; i < n; i++) {
      long in = input.dim(i - n);
      long rest = in + pads.low()[i] + high[i] - span(i);
      long places = rest < 0 ? 1 : (rest + stride[i] - 1) / stride[i] + 1;
      if ((places - 1) * stride[i] >= in + pads.low()[i]) {
        places--;
      }
      high[i] = Math.max(high[i], (places - 1) * stride[i] + span(i) - in - pads.low()[i]);
    }
    return new Pads(pads.low(), high);
  }

  /** The extent of a window with the gaps of its dilation. */
  private long span(int axis) {
    return dilation[axis] * (size[axis] - 1) + 1;
  }
}
