package dev.mycel.nd4j;

import dev.mycel.core.Attrs;
import dev.mycel.core.DType;
import dev.mycel.core.Prims;
import dev.mycel.core.Shape;
import dev.mycel.core.spi.Access;
import dev.mycel.core.spi.Buffer;
import dev.mycel.core.spi.KernelCall;
import dev.mycel.core.spi.KernelTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Sums over some of the axes, and softmax. ND4J adds up float32 in float32, and splits a sum over
 * everything by how many threads are idle; long sums are computed in stages, and those that have no
 * stages, and whole ones, are left to the host. So are extremes, where ND4J lets NaN lose, softmax
 * of float64, which gives NaN for large numbers, and log-softmax, which is no more than the
 * logarithm of softmax.
 */
final class ReductionKernels {
  /** Up to this many elements are added up in their own type. */
  static final long LONGEST = 128;

  /** Stages of fewer are not worth their calls. */
  private static final long SHORTEST = 4;

  private ReductionKernels() {}

  static void register(KernelTable table) {
    table.put(
        Prims.REDUCE_SUM,
        Access.CONTIGUOUS,
        "reduce_sum of up to 128 elements each, float32 and float64",
        ReductionKernels::takes,
        ReductionKernels::sum);
    table.put(
        Prims.REDUCE_SUM,
        Access.CONTIGUOUS,
        "reduce_sum in stages of up to 128 elements",
        call -> Kernels.wide(call) && hasSome(call) && Stages.of(call) != null,
        ReductionKernels::inStages);
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
    return Kernels.wide(call)
        && hasSome(call)
        && call.outputType(0).shape().rank() > 0
        && call.input(0).size() / call.outputType(0).shape().size() <= LONGEST;
  }

  private static boolean hasSome(KernelCall<Attrs.Axes> call) {
    return call.input(0).size() > Kernels.SMALL && call.attrs().axes().length > 0;
  }

  /**
   * A long sum as {@code before x summed x after}.
   *
   * @param lengths how many elements each stage adds up; their product is {@code summed}
   */
  private record Stages(long before, long after, List<Long> lengths) {
    /** Null unless the axes are neighbours, and the length has factors that are short enough. */
    static @Nullable Stages of(KernelCall<Attrs.Axes> call) {
      Shape shape = call.input(0).shape();
      int[] axes = call.attrs().axes().clone();
      Arrays.sort(axes);
      int first = axes[0];
      int last = axes[axes.length - 1];
      if (last - first + 1 != axes.length) {
        return null;
      }
      long before = product(shape, 0, first);
      long after = product(shape, last + 1, shape.rank());
      List<Long> lengths = new ArrayList<>();
      long left = product(shape, first, last + 1);
      while (left > 1) {
        long length = longest(left);
        if (length < SHORTEST) {
          return null;
        }
        lengths.add(length);
        left /= length;
      }
      return before * after == 1 || lengths.size() < 2 ? null : new Stages(before, after, lengths);
    }

    private static long product(Shape shape, int from, int to) {
      long product = 1;
      for (int i = from; i < to; i++) {
        product *= shape.dim(i);
      }
      return product;
    }

    private static long longest(long n) {
      for (long length = Math.min(n, LONGEST); length > 1; length--) {
        if (n % length == 0) {
          return length;
        }
      }
      return 1;
    }
  }

  private static void inStages(KernelCall<Attrs.Axes> call) {
    Stages stages = Stages.of(call);
    if (stages == null) {
      throw new IllegalStateException("no stages for " + call.input(0).shape());
    }
    DType t = call.input(0).dtype();
    Nd4jBackend backend = Kernels.backend(call);
    List<NativeBlock> sums = new ArrayList<>();
    try {
      long from = NativeStorage.address(call.input(0));
      long rest = call.input(0).size() / stages.before() / stages.after();
      for (long length : stages.lengths()) {
        rest /= length;
        Shape to = Shape.of(stages.before() * rest, stages.after());
        long target;
        if (rest == 1) {
          target = Kernels.output(call, 0);
        } else {
          NativeBlock block = backend.pool().take(to.size() * t.bytes());
          sums.add(block);
          target = block.address();
        }
        try (Call op = new Call(backend, "reduce_sum")) {
          op.in(t, Shape.of(to.dim(0), length, to.dim(1)), from)
              .out(t, to, target)
              .integers(1)
              .flag(false)
              .run();
        }
        from = target;
      }
    } finally {
      sums.forEach(backend.pool()::give);
    }
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
