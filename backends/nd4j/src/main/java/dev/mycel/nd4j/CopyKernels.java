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
import java.util.Arrays;

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
    table.put(
        Prims.CAST,
        Access.CONTIGUOUS,
        "cast of float32, float64 to int32, int64 if the sum of all numbers fits",
        CopyKernels::takesWholes,
        CopyKernels::cast);
    table.put(
        Prims.FULL,
        Access.CONTIGUOUS,
        "memcpy of what is filled already, float32 and float64",
        call -> Kernels.wide(call) && call.outputType(0).shape().size() > Kernels.SMALL,
        CopyKernels::full);
    table.put(
        Prims.PAD,
        Access.CONTIGUOUS,
        "pad around, not between, float32 and float64",
        CopyKernels::takesPad,
        CopyKernels::pad);
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

  private static void full(KernelCall<Attrs.Full> call) {
    DType t = call.outputType(0).dtype();
    int n = Kernels.SMALL;
    Object some;
    if (t == DType.FLOAT32) {
      float[] floats = new float[n];
      Arrays.fill(floats, (float) call.attrs().value());
      some = floats;
    } else {
      double[] doubles = new double[n];
      Arrays.fill(doubles, call.attrs().value());
      some = doubles;
    }
    long to = Kernels.output(call, 0);
    Memory.write(to, t.bytes(), some, 0, n);
    long bytes = call.outputType(0).shape().size() * t.bytes();
    for (long done = (long) n * t.bytes(); done < bytes; done *= 2) {
      Memory.copy(to, to + done, Math.min(done, bytes - done));
    }
  }

  private static boolean takesPad(KernelCall<Attrs.Pad> call) {
    Attrs.Pad pad = call.attrs();
    boolean fits = Kernels.wide(call) && call.outputType(0).shape().size() > Kernels.SMALL;
    for (int i = 0; i < pad.low().length; i++) {
      fits &= pad.low()[i] >= 0 && pad.high()[i] >= 0 && pad.between()[i] == 0;
    }
    return fits;
  }

  private static void pad(KernelCall<Attrs.Pad> call) {
    Buffer x = call.input(0);
    DType t = x.dtype();
    int rank = x.shape().rank();
    long[] widths = new long[2 * rank];
    for (int i = 0; i < rank; i++) {
      widths[2 * i] = call.attrs().low()[i];
      widths[2 * i + 1] = call.attrs().high()[i];
    }
    long to = Kernels.output(call, 0);
    try (Call op = new Call(Kernels.backend(call), "pad")) {
      op.in(t, x.shape(), NativeStorage.address(x))
          .in(Shape.of(rank, 2), widths)
          .out(t, call.outputType(0).shape(), to)
          .integers(0) // a constant
          .number(call.attrs().value())
          .run();
    }
  }

  /** The half types are rounded in other ways. */
  private static boolean takesCast(KernelCall<Attrs.Cast> call) {
    DType from = call.input(0).dtype();
    DType to = call.attrs().dtype();
    boolean source = from == DType.INT32 || from == DType.INT64 || Kernels.wide(from);
    return source && Kernels.wide(to) && from != to && call.input(0).size() > Kernels.SMALL;
  }

  /** Floats saturate here and wrap there, so that all must be small enough, and none NaN. */
  private static boolean takesWholes(KernelCall<Attrs.Cast> call) {
    Buffer from = call.input(0);
    DType to = call.attrs().dtype();
    boolean fits = Kernels.wide(from.dtype()) && from.size() > Kernels.SMALL;
    double bound = to == DType.INT32 ? 0x1p31 : to == DType.INT64 ? 0x1p63 : 0;
    return fits && bound > 0 && Kernels.absoluteSum(from) < bound;
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
