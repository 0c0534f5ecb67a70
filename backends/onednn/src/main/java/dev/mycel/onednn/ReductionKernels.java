package dev.mycel.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.dnnl_reduction_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_reduction_sum;

import dev.mycel.core.Attrs;
import dev.mycel.core.DType;
import dev.mycel.core.Layout;
import dev.mycel.core.Prims;
import dev.mycel.core.Shape;
import dev.mycel.core.spi.Access;
import dev.mycel.core.spi.Buffer;
import dev.mycel.core.spi.KernelCall;
import dev.mycel.core.spi.KernelTable;
import java.util.Arrays;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.jspecify.annotations.Nullable;

/**
 * Sums. Over the axes that run fastest and for few rows they are the library's reductions; for many
 * rows of float32 (0.7 ms for 4096 x 1024, by a product 0.3) and over other axes, which it walks
 * element by element (74 ms, by a product 0.4), matrix products with a vector of ones. Both
 * accumulate in float32.
 */
final class ReductionKernels {
  private static final int WORTH_IT = 2048;

  private static final int WORTH_CUTTING = 1 << 18;

  /** From so many rows on, a product with ones is faster than the library's reduction. */
  private static final int MANY_ROWS = 64;

  /** A product adds up a row in one chain for each lane: longer rows would lose digits. */
  private static final int LONGEST_ROW = 1 << 14;

  /** The vector of ones is as long as what is summed: 256 MiB at most. */
  private static final long MOST_ONES = 1L << 26;

  private ReductionKernels() {}

  /**
   * A sum as {@code before x summed x after} of a tensor without gaps.
   *
   * @param layout the order of the axes in which the reduced ones are neighbours
   */
  private record Plan(long before, long summed, long after, Layout layout) {}

  /** Sums of the rows of a matrix. */
  private record Rows(Desc x) {}

  static void register(KernelTable table) {
    table.put(
        Prims.REDUCE_SUM,
        Access.STRIDED,
        "reduction, product with ones",
        ReductionKernels::takes,
        ReductionKernels::sum);
  }

  private static boolean takes(KernelCall<Attrs.Axes> call) {
    Buffer x = call.input(0);
    return (x.dtype() == DType.FLOAT32 || (Desc.computes(x.dtype()) && x.size() >= WORTH_IT))
        && x.size() > 0
        && Layouts.isPositive(x.layout())
        && x.layout().isDense()
        && plan(x.layout(), call.attrs().axes()) != null;
  }

  private static void sum(KernelCall<Attrs.Axes> call) {
    Buffer x = call.input(0);
    Plan plan = plan(x.layout(), call.attrs().axes());
    if (plan == null) {
      throw new IllegalStateException("no plan for " + x.layout());
    }
    if (x.size() < WORTH_IT) {
      small(call, x, plan);
      return;
    }
    OneDnnBackend backend = (OneDnnBackend) call.backend();
    try (Staging staging = new Staging(call)) {
      long source = staging.address(x);
      long target = staging.output(call, 0, plan.layout());
      Desc block = Desc.dense(x.dtype(), plan.before(), plan.summed(), plan.after());
      int parts = parts(x.dtype(), plan);
      if (plan.after() == 1) {
        rows(backend, staging, plan, x.dtype(), source, target);
      } else if (parts == 1) {
        columns(backend, staging, block, source, x.dtype(), target);
      } else {
        inParts(backend, staging, block, parts, source, target);
      }
    }
  }

  /** Sums of rows: many at a time by a product with ones, few by the library's reduction. */
  private static void rows(
      OneDnnBackend backend, Staging staging, Plan plan, DType t, long source, long target) {
    long n = plan.before();
    long k = plan.summed();
    if (n >= MANY_ROWS && k <= LONGEST_ROW && !isReducedFaster(t)) {
      ContractionKernels.multiply(
          backend,
          Desc.dense(t, n, k),
          source,
          Desc.dense(t, k, 1),
          Ones.of(staging, t, k),
          Desc.dense(t, n, 1),
          target);
    } else {
      Rows key = new Rows(Desc.dense(t, n, k));
      backend.cache().get(key, each -> create(backend, each)).run(source, target);
    }
  }

  /**
   * A product pads its one column to sixteen. In float32 that goes unnoticed; in a half type that
   * the chip multiplies, 4096 x 1024 take 240 us, and 74 by the library's reduction.
   */
  private static boolean isReducedFaster(DType t) {
    return t != DType.FLOAT32 && Dnnl.computes(t);
  }

  /** One long sum along a leading axis, in parts whose sums are summed again. */
  private static void inParts(
      OneDnnBackend backend, Staging staging, Desc x, int parts, long source, long target) {
    DType t = x.dtype();
    long summed = x.dims()[1];
    long after = x.dims()[2];
    long sums = staging.temporary(DType.FLOAT32, parts * after);
    Desc cut = Desc.dense(t, parts, summed / parts, after);
    columns(backend, staging, cut, source, DType.FLOAT32, sums);
    Desc rest = Desc.dense(DType.FLOAT32, 1, parts, after);
    if (t == DType.FLOAT32) {
      columns(backend, staging, rest, sums, t, target);
    } else {
      long wide = staging.temporary(DType.FLOAT32, after);
      columns(backend, staging, rest, sums, DType.FLOAT32, wide);
      Desc from = Desc.dense(DType.FLOAT32, after);
      backend.reorder().run(from, wide, Desc.dense(t, after), target);
    }
  }

  /**
   * Into how many parts one long sum of rows is cut: a product with one row runs in one thread, and
   * several at once are twice as fast (4096 x 1024: 0.7 ms whole, 0.55 in 8 parts, 0.4 in 32, 0.65
   * in 128; in bfloat16 150 us in 32, 133 in 16, 159 in 8).
   */
  private static int parts(DType t, Plan plan) {
    if (plan.before() == 1 && plan.summed() * plan.after() >= WORTH_CUTTING) {
      for (int parts = t == DType.FLOAT32 ? 32 : 16; parts > 1; parts /= 2) {
        if (plan.summed() % parts == 0 && plan.summed() / parts >= (parts > 8 ? 64 : 8)) {
          return parts;
        }
      }
    }
    return 1;
  }

  /** Sums [n, summed, after] over its middle axis, by a product with ones. */
  private static void columns(
      OneDnnBackend backend, Staging staging, Desc x, long source, DType result, long target) {
    long[] dims = x.dims();
    ContractionKernels.multiply(
        backend,
        Desc.dense(x.dtype(), 1, 1, dims[1]),
        Ones.of(staging, x.dtype(), dims[1]),
        x,
        source,
        Desc.dense(result, dims[0], 1, dims[2]),
        target);
  }

  private static Compiled create(OneDnnBackend backend, Rows key) {
    dnnl_primitive_desc pd = new dnnl_primitive_desc();
    try (Attributes attributes = new Attributes()) {
      Dnnl.check(
          dnnl_reduction_primitive_desc_create(
              pd,
              Dnnl.engine(),
              dnnl_reduction_sum,
              key.x().create(),
              Desc.dense(key.x().dtype(), key.x().dims()[0], 1).create(),
              0,
              0,
              attributes.get()),
          "describing " + key);
    }
    return new Compiled(backend.pool(), pd, DNNL_ARG_SRC, DNNL_ARG_DST);
  }

  /** A few numbers, summed in double. */
  private static void small(KernelCall<Attrs.Axes> call, Buffer x, Plan plan) {
    float[] data = new float[(int) x.size()];
    Chunks.read(x, 0, data, data.length);
    int summed = (int) plan.summed();
    int after = (int) plan.after();
    float[] sums = new float[(int) (plan.before() * after)];
    for (int i = 0; i < sums.length; i++) {
      int at = i / after * summed * after + i % after;
      double sum = 0;
      for (int k = 0; k < summed; k++) {
        sum += data[at + k * after];
      }
      sums[i] = (float) sum;
    }
    Chunks.write(call.output(0, plan.layout()), 0, sums, sums.length);
  }

  /** Null unless the reduced axes are neighbours in memory. */
  private static @Nullable Plan plan(Layout layout, int[] axes) {
    int[] order = layout.denseOrder();
    if (order == null) {
      return null;
    }
    Shape shape = layout.shape();
    boolean[] reduced = new boolean[shape.rank()];
    for (int a : axes) {
      reduced[a] = true;
    }
    long before = 1;
    long summed = 1;
    long after = 1;
    int phase = 0;
    for (int axis : order) {
      long d = shape.dim(axis);
      if (d == 1) {
        continue;
      }
      if (reduced[axis]) {
        if (phase == 2) {
          return null;
        }
        phase = 1;
        summed *= d;
      } else if (phase == 0) {
        before *= d;
      } else {
        phase = 2;
        after *= d;
      }
    }
    return summed > MOST_ONES
        ? null
        : new Plan(before, summed, after, kept(layout, order, reduced));
  }

  /** The layout of the result: the axes that stay, in the order in which they lie. */
  private static Layout kept(Layout layout, int[] order, boolean[] reduced) {
    int[] renumbered = new int[reduced.length];
    int rank = 0;
    long[] dims = new long[reduced.length];
    for (int i = 0; i < reduced.length; i++) {
      renumbered[i] = rank;
      if (!reduced[i]) {
        dims[rank++] = layout.shape().dim(i);
      }
    }
    int[] keptOrder = new int[rank];
    int k = 0;
    for (int axis : order) {
      if (!reduced[axis]) {
        keptOrder[k++] = renumbered[axis];
      }
    }
    return Layout.ordered(Shape.of(Arrays.copyOf(dims, rank)), keptOrder);
  }
}
