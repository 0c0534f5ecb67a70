package dev.mycel.nd4j;

import dev.mycel.core.Attrs;
import dev.mycel.core.DType;
import dev.mycel.core.Prims;
import dev.mycel.core.Shape;
import dev.mycel.core.spi.Access;
import dev.mycel.core.spi.Buffer;
import dev.mycel.core.spi.Indices;
import dev.mycel.core.spi.KernelCall;
import dev.mycel.core.spi.KernelTable;

/**
 * Slices by index. Adding into slices stays on the host: ND4J's threads add in any order, or in
 * none.
 */
final class GatherKernels {
  private GatherKernels() {}

  static void register(KernelTable table) {
    table.put(
        Prims.TAKE,
        Access.CONTIGUOUS,
        "gather, float32 and float64",
        GatherKernels::takes,
        GatherKernels::take);
  }

  private static boolean takes(KernelCall<Attrs.Axis> call) {
    DType index = call.input(1).dtype();
    return Kernels.wide(call.input(0).dtype())
        && (index == DType.INT32 || index == DType.INT64)
        && call.input(0).size() > 0
        && call.input(1).size() > 0
        && call.input(1).size() < Integer.MAX_VALUE
        && call.outputType(0).shape().size() > Kernels.SMALL;
  }

  /** The slices of [outer, extent, inner] along the middle axis. */
  private static void take(KernelCall<Attrs.Axis> call) {
    Buffer x = call.input(0);
    DType t = x.dtype();
    int axis = call.attrs().axis();
    long extent = x.shape().dim(axis);
    long outer = 1;
    for (int i = 0; i < axis; i++) {
      outer *= x.shape().dim(i);
    }
    long inner = x.size() / outer / extent;
    long[] indices = indices(call.input(1), axis, extent);
    Shape from = Shape.of(outer, extent, inner);
    Shape to = Shape.of(outer, indices.length, inner);
    long target = Kernels.output(call, 0);
    try (Call op = new Call(Kernels.backend(call), "gather")) {
      op.in(t, from, NativeStorage.address(x))
          .in(Shape.of(indices.length), indices)
          .out(t, to, target)
          .integers(1)
          .run();
    }
  }

  /** Indices counted from the front, all checked. */
  private static long[] indices(Buffer b, int axis, long extent) {
    int n = (int) b.size();
    long[] wide = new long[n];
    long address = NativeStorage.address(b);
    if (b.dtype() == DType.INT64) {
      Memory.read(address, Long.BYTES, wide, 0, n);
    } else {
      int[] narrow = new int[n];
      Memory.read(address, Integer.BYTES, narrow, 0, n);
      for (int i = 0; i < n; i++) {
        wide[i] = narrow[i];
      }
    }
    for (int i = 0; i < n; i++) {
      wide[i] = Indices.fromFront("gather", wide[i], axis, extent);
    }
    return wide;
  }
}
