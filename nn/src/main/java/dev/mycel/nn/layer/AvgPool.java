package dev.mycel.nn.layer;

import dev.mycel.core.Attrs;
import dev.mycel.core.DType;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Prims;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import dev.mycel.nn.PadMode;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The mean of each window. */
abstract class AvgPool extends Pool {
  private final boolean countIncludePad;
  private final @Nullable Long divisorOverride;

  AvgPool(int axes, PoolBuilder<?> b) {
    super(axes, b);
    countIncludePad = b.countIncludePad;
    divisorOverride = b.divisorOverride;
  }

  @Override
  final Tensor pool(Tensor x) {
    Windows.Pads pads = pads(x.shape());
    // As measured in MindSpore: over one and two axes pad mode SAME divides by the elements inside
    // the input whatever countIncludePad says, over three axes it obeys.
    boolean obeys = windows.mode() != PadMode.SAME || windows.size().length == 3;
    boolean whole = countIncludePad && obeys;
    Long divisor = divisorOverride;
    boolean sums = divisor != null || (whole && ceilMode);
    Attrs.Window window =
        new Attrs.Window(
            windows.size(),
            windows.stride(),
            pads.low(),
            pads.high(),
            windows.dilation(),
            whole || sums);
    Tensor mean = Interpreters.bind(Prims.AVG_POOL, window, Casts.input(Prims.AVG_POOL, x));
    if (!sums) {
      return mean;
    }
    double size = Arrays.stream(windows.size()).reduce(1, (a, b) -> a * b);
    if (divisor != null) {
      return mean.mul(size / divisor);
    }
    return mean.mul(countedShare(x.shape(), mean.shape(), mean.dtype(), size));
  }

  /**
   * The factor from a mean over whole windows to one over their elements inside the input and its
   * stated padding: a last, partial window of ceil mode reaches further.
   */
  private Tensor countedShare(Shape in, Shape out, DType type, double size) {
    int axes = windows.size().length;
    long[] dims = new long[out.rank()];
    Arrays.fill(dims, 1);
    double[] shares = {size};
    for (int i = 0; i < axes; i++) {
      long places = out.dim(i + 2);
      dims[i + 2] = places;
      long end = in.dim(i + 2) + windows.padding()[2 * i] + windows.padding()[2 * i + 1];
      double[] next = new double[shares.length * Math.toIntExact(places)];
      for (int k = 0; k < next.length; k++) {
        long from = k % places * windows.stride()[i];
        next[k] = shares[(int) (k / places)] / Math.min(windows.size()[i], end - from);
      }
      shares = next;
    }
    return Interpreters.root().fromHost(shares, DType.FLOAT64, Shape.of(dims)).cast(type);
  }
}
