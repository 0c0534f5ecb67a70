package dev.mycel.nd4j;

import dev.mycel.core.Attrs;
import dev.mycel.core.DType;
import dev.mycel.core.None;
import dev.mycel.core.Prims;
import dev.mycel.core.Shape;
import dev.mycel.core.spi.Access;
import dev.mycel.core.spi.Buffer;
import dev.mycel.core.spi.KernelCall;
import dev.mycel.core.spi.KernelTable;

/** Copies without a change of order, joined parts, and conversions that lose nothing odd. */
final class CopyKernels {
  private CopyKernels() {}

  static void register(KernelTable table) {
    table.put(
        Prims.COPY,
        Access.STRIDED,
        "memcpy of row-major elements",
        call -> call.input(0).layout().isContiguous(),
        CopyKernels::copy);
    table.put(
        Prims.CONCAT,
        Access.CONTIGUOUS,
        "concat, float32 and float64",
        CopyKernels::takesConcat,
        CopyKernels::concat);
    table.put(
        Prims.CAST,
        Access.CONTIGUOUS,
        "cast of int32, int64, float32 to float32, float64",
        CopyKernels::takesCast,
        CopyKernels::cast);
  }

  private static void copy(KernelCall<None> call) {
    Buffer from = call.input(0);
    long to = Kernels.output(call, 0);
    Memory.copy(NativeStorage.address(from), to, from.size() * from.dtype().bytes());
  }

  private static boolean takesConcat(KernelCall<Attrs.Axis> call) {
    return call.inputCount() > 1
        && call.outputType(0).shape().size() > Kernels.SMALL
        && Kernels.wide(call);
  }

  private static void concat(KernelCall<Attrs.Axis> call) {
    DType t = call.outputType(0).dtype();
    long to = Kernels.output(call, 0);
    try (Call op = new Call(Kernels.backend(call), "concat")) {
      for (int i = 0; i < call.inputCount(); i++) {
        Buffer part = call.input(i);
        op.in(t, part.shape(), NativeStorage.address(part));
      }
      op.out(t, call.outputType(0).shape(), to).integers(call.attrs().axis()).run();
    }
  }

  /** Floats to integers saturate here and wrap there; the half types are rounded in other ways. */
  private static boolean takesCast(KernelCall<Attrs.Cast> call) {
    DType from = call.input(0).dtype();
    DType to = call.attrs().dtype();
    boolean source = from == DType.INT32 || from == DType.INT64 || Kernels.wide(from);
    return source && Kernels.wide(to) && from != to && call.input(0).size() > Kernels.SMALL;
  }

  private static void cast(KernelCall<Attrs.Cast> call) {
    Buffer from = call.input(0);
    DType to = call.attrs().dtype();
    Shape flat = Shape.of(from.size());
    long target = Kernels.output(call, 0);
    try (Call op = new Call(Kernels.backend(call), "cast")) {
      op.in(from.dtype(), flat, NativeStorage.address(from))
          .out(to, flat, target)
          .integers(Types.of(to).toInt())
          .run();
    }
  }
}
