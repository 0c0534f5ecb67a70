package dev.mycel.nd4j;

import dev.mycel.core.Attrs;
import dev.mycel.core.DType;
import dev.mycel.core.Prims;
import dev.mycel.core.Shape;
import dev.mycel.core.spi.Access;
import dev.mycel.core.spi.Buffer;
import dev.mycel.core.spi.KernelCall;
import dev.mycel.core.spi.KernelTable;
import java.util.Arrays;

/** Averages and maxima over windows. */
final class PoolKernels {
  private static final String NOTE =
      ", 1 or 2 spatial axes, even padding, no dilation, small windows";

  private PoolKernels() {}

  static void register(KernelTable table) {
    table.put(
        Prims.MAX_POOL,
        Access.CONTIGUOUS,
        "a loop, float32 without NaN, 1 or 2 spatial axes, no dilation, places of a byte",
        MaxPool::takes,
        MaxPool::run);
    table.put(
        Prims.AVG_POOL,
        Access.CONTIGUOUS,
        "avgpool2d" + NOTE,
        call -> takes(call, call.attrs(), call.input(0).shape(), call.outputType(0).shape()),
        PoolKernels::pool);
    table.put(
        Prims.AVG_POOL_GRAD,
        Access.CONTIGUOUS,
        "avgpool2d_bp" + NOTE,
        call -> takes(call, call.attrs().window(), call.attrs().shape(), call.input(0).shape()),
        PoolKernels::poolGrad);
  }

  private static boolean takes(KernelCall<?> call, Attrs.Window a, Shape image, Shape result) {
    if (!Kernels.wide(call) || a.size().length > 2 || !Arrays.equals(a.padLow(), a.padHigh())) {
      return false;
    }
    boolean fits = image.size() < Integer.MAX_VALUE;
    long places = 1;
    for (int i = 0; i < a.size().length; i++) {
      long whole = (image.dim(i + 2) + 2 * a.padLow()[i] - a.size()[i]) / a.strides()[i] + 1;
      fits &= a.dilation()[i] == 1 && a.padLow()[i] >= 0 && a.padLow()[i] < a.size()[i];
      fits &= whole == result.dim(i + 2);
      places *= a.size()[i];
    }
    return fits && places <= ReductionKernels.LONGEST;
  }

  /** Extents, strides, padding, dilation; no same mode, the divisor, channels first. */
  private static long[] arguments(Attrs.Window a) {
    long[] k = ConvolutionKernels.both(a.size(), 1);
    long[] s = ConvolutionKernels.both(a.strides(), 1);
    long[] p = ConvolutionKernels.both(a.padLow(), 0);
    long divisor = a.countPadding() ? 1 : 0;
    return new long[] {k[0], k[1], s[0], s[1], p[0], p[1], 1, 1, 0, divisor, 0};
  }

  private static void pool(KernelCall<Attrs.Window> call) {
    Buffer x = call.input(0);
    DType t = x.dtype();
    long to = Kernels.output(call, 0);
    try (Call op = new Call(Kernels.backend(call), "avgpool2d")) {
      op.in(t, ConvolutionKernels.plane(x.shape()), NativeStorage.address(x))
          .out(t, ConvolutionKernels.plane(call.outputType(0).shape()), to)
          .integers(arguments(call.attrs()))
          .run();
    }
  }

  private static void poolGrad(KernelCall<Attrs.WindowGrad> call) {
    Buffer dy = call.input(0);
    DType t = dy.dtype();
    Shape image = ConvolutionKernels.plane(call.outputType(0).shape());
    long to = Kernels.output(call, 0);
    try (Call op = new Call(Kernels.backend(call), "avgpool2d_bp")) {
      // The pooled input counts by its shape alone; the result's memory stands in for it.
      op.in(t, image, to)
          .in(t, ConvolutionKernels.plane(dy.shape()), NativeStorage.address(dy))
          .out(t, image, to)
          .integers(arguments(call.attrs().window()))
          .run();
    }
  }
}
