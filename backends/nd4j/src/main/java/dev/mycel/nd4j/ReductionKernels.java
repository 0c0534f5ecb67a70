package dev.mycel.nd4j;

import dev.mycel.core.Attrs;
import dev.mycel.core.DType;
import dev.mycel.core.Primitive;
import dev.mycel.core.Prims;
import dev.mycel.core.spi.Access;
import dev.mycel.core.spi.Buffer;
import dev.mycel.core.spi.KernelCall;
import dev.mycel.core.spi.KernelTable;
import java.util.Arrays;

/**
 * Sums over some of the axes, and softmax. ND4J adds up float32 in float32, and splits a sum over
 * everything by how many threads are idle; long sums and whole ones are left to the host. So are
 * extremes: ND4J lets NaN lose.
 */
final class ReductionKernels {
  /** Up to this many elements are added up in their own type. */
  private static final long LONGEST = 2048;

  private ReductionKernels() {}

  static void register(KernelTable table) {
    table.put(
        Prims.REDUCE_SUM,
        Access.CONTIGUOUS,
        "reduce_sum of up to 2048 elements each, float32 and float64",
        ReductionKernels::takes,
        ReductionKernels::sum);
    softmax(table, Prims.SOFTMAX, "softmax");
    softmax(table, Prims.LOG_SOFTMAX, "log_softmax");
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

  private static void softmax(KernelTable table, Primitive<Attrs.Axis> p, String name) {
    table.put(
        p,
        Access.CONTIGUOUS,
        name + ", float32 and float64",
        call -> Kernels.wide(call) && call.input(0).shape().rank() > 0,
        call -> {
          Buffer x = call.input(0);
          DType t = x.dtype();
          long to = Kernels.output(call, 0);
          try (Call op = new Call(Kernels.backend(call), name)) {
            op.in(t, x.shape(), NativeStorage.address(x))
                .out(t, x.shape(), to)
                .integers(call.attrs().axis())
                .run();
          }
        });
  }
}
