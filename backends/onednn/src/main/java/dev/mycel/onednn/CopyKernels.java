package dev.mycel.onednn;

import com.sun.jna.Pointer;
import dev.mycel.core.Attrs;
import dev.mycel.core.DType;
import dev.mycel.core.Layout;
import dev.mycel.core.None;
import dev.mycel.core.Prims;
import dev.mycel.core.Shape;
import dev.mycel.core.spi.Access;
import dev.mycel.core.spi.Buffer;
import dev.mycel.core.spi.KernelCall;
import dev.mycel.core.spi.KernelTable;

/** Copies and conversions as the library's reorders. */
final class CopyKernels {
  private CopyKernels() {}

  static void register(KernelTable table) {
    table.put(Prims.COPY, Access.STRIDED, "reorder", CopyKernels::takesCopy, CopyKernels::copy);
    table.put(
        Prims.COPY,
        Access.STRIDED,
        "rows through the heap",
        CopyKernels::takesRows,
        call -> StridedCopy.run(call.input(0), call.output(0)));
    table.put(
        Prims.RESHAPE, Access.STRIDED, "reorder", CopyKernels::takesReshape, CopyKernels::reshape);
    table.put(
        Prims.RESHAPE,
        Access.STRIDED,
        "rows through the heap",
        CopyKernels::takesRows,
        CopyKernels::reshapeRows);
    table.put(
        Prims.PAD, Access.STRIDED, "zeros and reorder", CopyKernels::takesPad, CopyKernels::pad);
    table.put(
        Prims.CONCAT,
        Access.STRIDED,
        "reorders into parts",
        CopyKernels::takesConcat,
        CopyKernels::concat);
    table.put(
        Prims.CAST,
        Access.STRIDED,
        "reorder between float types",
        CopyKernels::takesCast,
        CopyKernels::cast);
  }

  private static boolean large(KernelCall<?> call) {
    return call.input(0).size() > OneDnnBackend.TINY;
  }

  /** Whether the library moves such elements unchanged: of float16 it loses the sign of -0. */
  private static boolean moves(DType t) {
    return Desc.computes(t) && t != DType.FLOAT16;
  }

  private static boolean takesCopy(KernelCall<None> call) {
    return large(call)
        && moves(call.input(0).dtype())
        && Layouts.isPositive(call.input(0).layout());
  }

  private static boolean takesRows(KernelCall<?> call) {
    Buffer from = call.input(0);
    long reach = 0;
    if (from.shape().rank() > 0) {
      int last = from.shape().rank() - 1;
      reach = Math.abs(from.layout().stride(last)) * from.shape().dim(last);
    }
    return large(call) && reach < 1 << 20 && from.shape().dim(-1) < 1 << 20;
  }

  private static boolean takesReshape(KernelCall<Attrs.To> call) {
    return large(call)
        && moves(call.input(0).dtype())
        && Layouts.isPositive(call.input(0).layout());
  }

  private static void copy(KernelCall<None> call) {
    Buffer from = call.input(0);
    try (Staging staging = new Staging(call)) {
      Layout layout = Layout.contiguous(from.shape());
      long source = staging.address(from);
      long target = staging.output(call, 0, layout);
      backend(call).reorder().run(Desc.of(from), source, Desc.of(from.dtype(), layout), target);
    }
  }

  /** A reshape that no strides can express: a row-major copy, seen under the new shape. */
  private static void reshape(KernelCall<Attrs.To> call) {
    Buffer from = call.input(0);
    try (Staging staging = new Staging(call)) {
      Layout layout = Layout.contiguous(from.shape());
      long source = staging.address(from);
      long target = staging.output(call, 0, Layout.contiguous(call.outputType(0).shape()));
      backend(call).reorder().run(Desc.of(from), source, Desc.of(from.dtype(), layout), target);
    }
  }

  private static void reshapeRows(KernelCall<Attrs.To> call) {
    Buffer from = call.input(0);
    StridedCopy.run(from, new Buffer(call.output(0).storage(), Layout.contiguous(from.shape())));
  }

  private static boolean takesPad(KernelCall<Attrs.Pad> call) {
    Attrs.Pad a = call.attrs();
    boolean plain = Double.doubleToRawLongBits(a.value()) == 0; // not minus zero
    for (int i = 0; i < a.low().length; i++) {
      plain &= a.low()[i] >= 0 && a.high()[i] >= 0 && a.between()[i] == 0;
    }
    return plain
        && large(call)
        && moves(call.input(0).dtype())
        && Layouts.isPositive(call.input(0).layout());
  }

  private static void pad(KernelCall<Attrs.Pad> call) {
    Buffer from = call.input(0);
    Layout whole = Layout.contiguous(call.outputType(0).shape());
    int bytes = from.dtype().bytes();
    long offset = 0;
    for (int i = 0; i < from.shape().rank(); i++) {
      offset += call.attrs().low()[i] * whole.stride(i);
    }
    try (Staging staging = new Staging(call)) {
      long source = staging.address(from);
      long target = staging.output(call, 0, whole);
      Team.run(
          whole.shape().size() * bytes,
          1 << 19,
          (first, end) -> new Pointer(target + first).setMemory(0, end - first, (byte) 0));
      Desc inner = Desc.of(from.dtype(), from.shape().dims(), whole.strides());
      backend(call).reorder().run(Desc.of(from), source, inner, target + offset * bytes);
    }
  }

  private static boolean takesConcat(KernelCall<Attrs.Axis> call) {
    boolean fits =
        call.outputType(0).shape().size() > OneDnnBackend.TINY && moves(call.outputType(0).dtype());
    for (int i = 0; i < call.inputCount(); i++) {
      Buffer part = call.input(i);
      fits &= part.size() == 0 || Layouts.isPositive(part.layout());
    }
    return fits;
  }

  private static void concat(KernelCall<Attrs.Axis> call) {
    Layout whole = Layout.contiguous(call.outputType(0).shape());
    int axis = call.attrs().axis();
    DType t = call.outputType(0).dtype();
    try (Staging staging = new Staging(call)) {
      long target = staging.output(call, 0, whole);
      for (int i = 0; i < call.inputCount(); i++) {
        Buffer part = call.input(i);
        if (part.size() > 0) {
          Desc place = Desc.of(t, part.shape().dims(), whole.strides());
          backend(call).reorder().run(Desc.of(part), staging.address(part), place, target);
          target += part.shape().dim(axis) * whole.stride(axis) * t.bytes();
        }
      }
    }
  }

  /**
   * The library has no conversion between the half types, and the one from float16 loses the sign
   * of zero; where the chip has no instruction for it, so does the one from bfloat16.
   */
  private static boolean takesCast(KernelCall<Attrs.Cast> call) {
    DType from = call.input(0).dtype();
    DType to = call.attrs().dtype();
    boolean narrows = from == DType.FLOAT32 && isHalf(to);
    // From between gaps the library widens -0 to 0.
    boolean widens = isHalf(from) && to == DType.FLOAT32 && call.input(0).layout().isDense();
    return large(call) && (narrows || widens) && Layouts.isPositive(call.input(0).layout());
  }

  private static boolean isHalf(DType t) {
    return t == DType.BFLOAT16 || t == DType.FLOAT16;
  }

  /** Whether the library widens every element of a half type rightly. */
  private static boolean isRight(DType from) {
    return from == DType.BFLOAT16 && Dnnl.computes(from);
  }

  /** Without AVX-512 the library rounds element by element, forty times slower than a loop here. */
  private static boolean inJava(Buffer from) {
    boolean theirs = isHalf(from.dtype()) ? isRight(from.dtype()) : Dnnl.hasAvx512();
    return !theirs && from.layout().isDense();
  }

  private static void cast(KernelCall<Attrs.Cast> call) {
    Buffer from = call.input(0);
    Layout layout = Layouts.like(from.layout());
    NativeStorage kept = DerivedCopies.retained(from, call.attrs(), () -> converted(call, layout));
    call.output(0, kept != null ? kept : converted(call, layout), layout);
  }

  private static NativeStorage converted(KernelCall<Attrs.Cast> call, Layout layout) {
    Buffer from = call.input(0);
    DType to = call.attrs().dtype();
    NativeStorage made = backend(call).allocateNative(to, from.size());
    if (inJava(from)) {
      convert(from, new Buffer(made, Layout.contiguous(Shape.of(from.size()))));
      return made;
    }
    try (Staging staging = new Staging(call)) {
      backend(call)
          .reorder()
          .run(Desc.of(from), staging.address(from), Desc.of(to, layout), made.address());
    }
    return made;
  }

  /** Elements without gaps of float32 as a half type or the other way, in the order of memory. */
  private static void convert(Buffer from, Buffer to) {
    Team.run(
        from.size(),
        1 << 15,
        (first, end) -> {
          float[] wide = new float[Chunks.SIZE];
          short[] narrow = new short[Chunks.SIZE];
          for (long at = first; at < end; at += Chunks.SIZE) {
            int count = (int) Math.min(Chunks.SIZE, end - at);
            Chunks.readWide(from, at, wide, narrow, count);
            Chunks.writeNarrow(to, at, wide, narrow, count);
          }
        });
  }

  private static OneDnnBackend backend(KernelCall<?> call) {
    return (OneDnnBackend) call.backend();
  }
}
