package dev.mycel.reference;

import dev.mycel.core.Attrs;
import dev.mycel.core.DType;
import dev.mycel.core.Layout;
import dev.mycel.core.Primitive;
import dev.mycel.core.Prims;
import dev.mycel.core.Shape;
import dev.mycel.core.spi.Access;
import dev.mycel.core.spi.Buffer;
import dev.mycel.core.spi.KernelCall;
import dev.mycel.core.spi.KernelTable;

/** Kernels that move elements bit by bit as they are. */
final class MovementKernels {
  private static final String NOTE = "all types, bits unchanged";

  private MovementKernels() {}

  static void register(KernelTable t) {
    t.put(Prims.COPY, Access.STRIDED, NOTE, MovementKernels::copy);
    view(t, Prims.RESHAPE);
    view(t, Prims.TRANSPOSE);
    view(t, Prims.BROADCAST_TO);
    view(t, Prims.SLICE);
    view(t, Prims.FLIP);
    t.put(Prims.PAD, Access.STRIDED, NOTE, MovementKernels::pad);
    t.put(Prims.CONCAT, Access.STRIDED, NOTE, MovementKernels::concat);
  }

  private static <A> void view(KernelTable t, Primitive<A> p) {
    t.put(
        p,
        Access.STRIDED,
        NOTE,
        call -> {
          Buffer x = call.input(0);
          Layout view = p.viewLayout(call.attrs(), x.layout(), call.outputType(0).shape());
          // Only a reshape may have no view: its elements keep the row-major order they have.
          copy(x, view == null ? x.layout() : view, call.output(0));
        });
  }

  /** The same elements, row-major. */
  static void copy(KernelCall<?> call) {
    copy(call.input(0), call.input(0).layout(), call.output(0));
  }

  /** Copies what a layout sees of a buffer's storage into a row-major buffer that starts at 0. */
  static void copy(Buffer from, Layout layout, Buffer to) {
    Object source = from.array();
    Object target = to.array();
    Rows rows = Rows.over(layout.shape(), layout);
    while (rows.next()) {
      int at = rows.position();
      Raw.copy(source, rows.at(0), rows.stride(0), target, at, 1, rows.count());
    }
  }

  /** Copies a buffer into the places of an equally shaped layout over another storage. */
  private static void place(Buffer from, Buffer to, Layout where) {
    Object source = from.array();
    Object target = to.array();
    Rows rows = Rows.over(from.shape(), from.layout(), where);
    while (rows.next()) {
      int step = rows.stride(1);
      Raw.copy(source, rows.at(0), rows.stride(0), target, rows.at(1), step, rows.count());
    }
  }

  private static void pad(KernelCall<Attrs.Pad> call) {
    Attrs.Pad a = call.attrs();
    Buffer x = call.input(0);
    Buffer out = call.output(0);
    fill(out, a.value());
    int rank = x.shape().rank();
    long[] steps = new long[rank];
    for (int i = 0; i < rank; i++) {
      steps[i] = a.between()[i] + 1;
    }
    if (x.size() > 0) {
      place(x, out, Layout.contiguous(out.shape()).slice(a.low(), x.shape(), steps));
    }
  }

  /** One value everywhere, as a cast would convert it. */
  static void fill(Buffer out, double value) {
    if (out.size() > 0) {
      Elements.store(out, 0, 1, new double[] {value}, 1);
      Raw.repeatFirst(out.array());
    }
  }

  /** One value everywhere; an integer type takes its low bits. */
  static void fill(Buffer out, long value) {
    if (out.size() > 0) {
      Elements.store(out, 0, 1, new long[] {value}, 1);
      Raw.repeatFirst(out.array());
    }
  }

  /** The least value of the type everywhere: minus infinity for floats. */
  static void fillLeast(Buffer out) {
    DType dtype = out.dtype();
    if (dtype.isFloat()) {
      fill(out, Double.NEGATIVE_INFINITY);
    } else {
      fill(out, Elements.least(dtype));
    }
  }

  private static void concat(KernelCall<Attrs.Axis> call) {
    Buffer out = call.output(0);
    int axis = call.attrs().axis();
    Shape whole = out.shape();
    long[] starts = new long[whole.rank()];
    long[] steps = new long[whole.rank()];
    java.util.Arrays.fill(steps, 1);
    for (int k = 0; k < call.inputCount(); k++) {
      Buffer part = call.input(k);
      if (part.size() > 0) {
        place(part, out, Layout.contiguous(whole).slice(starts, part.shape(), steps));
      }
      starts[axis] += part.shape().dim(axis);
    }
  }
}
