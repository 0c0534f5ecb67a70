package dev.mycel.nd4j;

import dev.mycel.core.Attrs;
import dev.mycel.core.DType;
import dev.mycel.core.Prims;
import dev.mycel.core.spi.Access;
import dev.mycel.core.spi.Buffer;
import dev.mycel.core.spi.KernelCall;
import dev.mycel.core.spi.KernelTable;
import java.util.Arrays;

/**
 * Sums over some of the axes, and softmax. ND4J adds up float32 in float32, and splits a sum over
 * everything by how many threads are idle; long sums and whole ones are left to the host. So are
 * extremes, where ND4J lets NaN lose, softmax of float64, which gives NaN for large numbers, and
 * log-softmax, which is no more than the logarithm of softmax.
 */
final class ReductionKernels {
  /** Up to this many elements are added up in their own type. */
  static final long LONGEST = 128;

  private ReductionKernels() {}

  static void register(KernelTable table) {
    table.put(
        Prims.REDUCE_SUM,
        Access.CONTIGUOUS,
        "reduce_sum of up to 128 elements each, float32 and float64",
        ReductionKernels::takes,
        ReductionKernels::sum);
    table.put(
        Prims.SOFTMAX,
        Access.CONTIGUOUS,
        "softmax, float32",
        call ->
            Kernels.wide(call)
                && call.input(0).dtype() == DType.FLOAT32
                && call.input(0).shape().rank() > 0,
        ReductionKernels::softmax);
  }

  private static boolean takes(KernelCall<Attrs.Axes> call) {
    long size = call.input(0).size();
    return Kernels.wide(call)
        && size > Kernels.SMALL
        && call.outputType(0).shape().rank() > 0
        && call.attrs().axes().length > 0
        && size / call.outputType(0).shape().size() <= LONGEST;
  }

  private static void sum(KernelCall<Attrs.Axes> call) {
    Buffer x = call.input(0);
    DType t = x.dtype();
    long to = Kernels.output(call, 0);
    try (Call op = new Call(Kernels.backend(call), "reduce_sum")) {
      op.in(t, x.shape(), NativeStorage.address(x))
          .out(t, call.outputType(0).shape(), to)
          .integers(Arrays.stream(call.attrs().axes()).asLongStream().toArray())
          .flag(false)
          .run();
    }
  }

  private static void softmax(KernelCall<Attrs.Axis> call) {
    Buffer x = call.input(0);
    DType t = x.dtype();
    long to = Kernels.output(call, 0);
    try (Call op = new Call(Kernels.backend(call), "softmax")) {
      op.in(t, x.shape(), NativeStorage.address(x))
          .out(t, x.shape(), to)
          .integers(call.attrs().axis())
          .run();
    }
  }
}
