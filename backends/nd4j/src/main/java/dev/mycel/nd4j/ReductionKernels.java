package dev.mycel.nd4j;

import dev.mycel.core.Attrs;
import dev.mycel.core.DType;
import dev.mycel.core.Primitive;
import dev.mycel.core.Prims;
import dev.mycel.core.Shape;
import dev.mycel.core.TensorType;
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
 * stages, and whole ones, are left to the host. Extremes, in which ND4J lets NaN lose, are loops
 * where that is faster than to look for NaN first. Not taken are softmax of float64, which gives
 * NaN for large numbers, and log-softmax, which is no more than the logarithm of softmax.
 */
final class ReductionKernels {
  /** Up to this many elements are added up in their own type. */
  static final long LONGEST = 128;

  private static final String WITHOUT_NAN = ", float32 and float64 of some size without NaN";

  /** Stages of fewer are not worth their calls. */
  private static final long SHORTEST = 4;

  private ReductionKernels() {}

  static void register(KernelTable table) {
    table.put(
        Prims.REDUCE_SUM,
        Access.CONTIGUOUS,
        "reduce_sum of up to 128 elements each, float32 and float64",
        ReductionKernels::takes,
        call -> reduce(call, "reduce_sum"));
    table.put(
        Prims.REDUCE_SUM,
        Access.CONTIGUOUS,
        "reduce_sum in stages of up to 128 elements",
        call -> Kernels.wide(call) && hasSome(call) && Stages.of(call) != null,
        ReductionKernels::inStages);
    extreme(table, Prims.REDUCE_MAX, "reduce_max");
    extreme(table, Prims.REDUCE_MIN, "reduce_min");
    place(table, Prims.ARGMAX, "argmax");
    place(table, Prims.ARGMIN, "argmin");
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

  private static void extreme(KernelTable table, Primitive<Attrs.Axes> p, String name) {
    boolean largest = p == Prims.REDUCE_MAX;
    table.put(
        p,
        Access.CONTIGUOUS,
        "vector loops in parallel, float32 over neighbouring axes",
        call -> Extremes.takes(call.input(0), sorted(call.attrs().axes())),
        call -> Extremes.values(call, largest, sorted(call.attrs().axes())));
    table.put(
        p,
        Access.CONTIGUOUS,
        name + WITHOUT_NAN,
        call -> Kernels.wide(call) && hasSome(call) && hasNoNaN(call.input(0)),
        call -> reduce(call, name));
  }

  private static int[] sorted(int[] axes) {
    int[] sorted = axes.clone();
    Arrays.sort(sorted);
    return sorted;
  }

  private static void place(KernelTable table, Primitive<Attrs.Axis> p, String name) {
    boolean largest = p == Prims.ARGMAX;
    table.put(
        p,
        Access.CONTIGUOUS,
        "vector loops in parallel, float32 along the last axis",
        call -> {
          Buffer x = call.input(0);
          int axis = call.attrs().axis();
          return axis == x.shape().rank() - 1 && Extremes.takes(x, axis);
        },
        call -> Extremes.places(call, largest));
    table.put(
        p,
        Access.CONTIGUOUS,
        name + WITHOUT_NAN,
        call ->
            Kernels.wide(call.input(0).dtype())
                && call.input(0).size() > Kernels.SMALL
                && hasNoNaN(call.input(0)),
        call -> reduce(call, name, call.attrs().axis()));
  }

  private static boolean takes(KernelCall<Attrs.Axes> call) {
    return Kernels.wide(call)
        && hasSome(call)
        && call.outputType(0).shape().rank() > 0
        && call.input(0).size() / call.outputType(0).shape().size() <= LONGEST;
  }

  private static boolean hasNoNaN(Buffer b) {
    return !Double.isNaN(Kernels.absoluteSum(b));
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
      int[] axes = sorted(call.attrs().axes());
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

  private static void reduce(KernelCall<Attrs.Axes> call, String name) {
    long[] axes = Arrays.stream(call.attrs().axes()).asLongStream().toArray();
    reduce(call, name, axes);
  }

  /** A reduction of the first input over axes. ND4J's result of all of them has an axis, too. */
  private static void reduce(KernelCall<?> call, String name, long... axes) {
    Buffer x = call.input(0);
    TensorType result = call.outputType(0);
    boolean whole = result.shape().rank() == 0;
    long to = Kernels.output(call, 0);
    try (Call op = new Call(Kernels.backend(call), name)) {
      op.in(x.dtype(), whole ? Shape.of(1, x.size()) : x.shape(), NativeStorage.address(x))
          .out(result.dtype(), whole ? Shape.of(1) : result.shape(), to)
          .integers(whole ? new long[] {1} : axes)
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
