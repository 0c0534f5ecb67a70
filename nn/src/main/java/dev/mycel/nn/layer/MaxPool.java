package dev.mycel.nn.layer;

import dev.mycel.core.Attrs;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Prims;
import dev.mycel.core.Tensor;

/** The largest element of each window; padding never wins. */
abstract class MaxPool extends Pool {
  MaxPool(int axes, PoolBuilder<?> b) {
    super(axes, b);
  }

  @Override
  final Tensor pool(Tensor x) {
    Windows.Pads pads = pads(x.shape());
    Attrs.Window window =
        new Attrs.Window(
            windows.size(), windows.stride(), pads.low(), pads.high(), windows.dilation(), false);
    Tensor in = x.dtype().isFloat() ? Casts.input(Prims.MAX_POOL, x) : x;
    return Interpreters.bindAll(Prims.MAX_POOL, window, in)[0];
  }
}
