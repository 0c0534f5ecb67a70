package dev.mycel.onednn;

import dev.mycel.core.DType;
import dev.mycel.core.Layout;
import dev.mycel.core.None;
import dev.mycel.core.Primitive;
import dev.mycel.core.Prims;
import dev.mycel.core.spi.Access;
import dev.mycel.core.spi.Buffer;
import dev.mycel.core.spi.HeapStorage;
import dev.mycel.core.spi.KernelCall;
import dev.mycel.core.spi.KernelTable;

/**
 * Arithmetic on a few float32 numbers on the Java heap: a call into the library would cost more
 * than the work.
 */
final class TinyKernels {
  private TinyKernels() {}

  /** A loop over three arrays; one class per operation, so that each is compiled by itself. */
  private interface Loop {
    void run(float[] a, int ai, int as, float[] b, int bi, int bs, float[] out, int n);
  }

  static void register(KernelTable table) {
    binary(table, Prims.ADD, TinyKernels::add);
    binary(table, Prims.SUB, TinyKernels::sub);
    binary(table, Prims.MUL, TinyKernels::mul);
    binary(table, Prims.DIV, TinyKernels::div);
    table.put(
        Prims.RELU, Access.CONTIGUOUS, "tiny float32", TinyKernels::isTiny, TinyKernels::relu);
    table.put(
        Prims.COPY,
        Access.STRIDED,
        "tiny float32 on the heap",
        call -> isTiny(call) && call.input(0).isHeap(),
        TinyKernels::copy);
  }

  private static boolean isTiny(KernelCall<None> call) {
    return call.input(0).dtype() == DType.FLOAT32 && call.input(0).size() <= OneDnnBackend.TINY;
  }

  /** Of numbers in native memory, too: served nets have such activations. */
  private static void relu(KernelCall<None> call) {
    Buffer from = call.input(0);
    float[] out = new float[(int) from.size()];
    Chunks.read(from, 0, out, out.length);
    for (int i = 0; i < out.length; i++) {
      out[i] = Math.max(out[i], 0);
    }
    call.output(0, HeapStorage.wrap(DType.FLOAT32, out), Layout.contiguous(from.shape()));
  }

  /** Any strides, by counting up the indices from the last axis. */
  private static void copy(KernelCall<None> call) {
    Buffer from = call.input(0);
    float[] in = (float[]) from.array();
    float[] out = new float[(int) from.size()];
    long[] dims = from.shape().dims();
    long[] strides = from.layout().strides();
    long[] index = new long[dims.length];
    long at = from.layout().offset();
    for (int i = 0; i < out.length; i++) {
      out[i] = in[(int) at];
      for (int axis = dims.length - 1; axis >= 0; axis--) {
        at += strides[axis];
        if (++index[axis] < dims[axis]) {
          break;
        }
        at -= dims[axis] * strides[axis];
        index[axis] = 0;
      }
    }
    call.output(0, HeapStorage.wrap(DType.FLOAT32, out), Layout.contiguous(from.shape()));
  }

  private static void binary(KernelTable table, Primitive<None> p, Loop loop) {
    table.put(
        p,
        Access.STRIDED,
        "tiny float32 on the heap",
        TinyKernels::fits,
        call -> {
          Buffer a = call.input(0);
          Buffer b = call.input(1);
          int n = (int) a.size();
          float[] out = new float[n];
          loop.run(
              (float[]) a.array(),
              (int) a.layout().offset(),
              step(a.layout()),
              (float[]) b.array(),
              (int) b.layout().offset(),
              step(b.layout()),
              out,
              n);
          call.output(0, HeapStorage.wrap(DType.FLOAT32, out), Layout.contiguous(a.shape()));
        });
  }

  private static boolean fits(KernelCall<None> call) {
    Buffer a = call.input(0);
    Buffer b = call.input(1);
    return a.isHeap()
        && b.isHeap()
        && a.dtype() == DType.FLOAT32
        && a.size() <= OneDnnBackend.TINY
        && step(a.layout()) >= 0
        && step(b.layout()) >= 0;
  }

  /** 1 for row-major, 0 for one repeated number, -1 for anything else. */
  private static int step(Layout layout) {
    if (layout.isContiguous()) {
      return 1;
    }
    for (int i = layout.shape().rank() - 1; i >= 0; i--) {
      if (layout.stride(i) != 0) {
        return -1;
      }
    }
    return 0;
  }

  private static void add(
      float[] a, int ai, int as, float[] b, int bi, int bs, float[] out, int n) {
    for (int i = 0; i < n; i++) {
      out[i] = a[ai + i * as] + b[bi + i * bs];
    }
  }

  private static void sub(
      float[] a, int ai, int as, float[] b, int bi, int bs, float[] out, int n) {
    for (int i = 0; i < n; i++) {
      out[i] = a[ai + i * as] - b[bi + i * bs];
    }
  }

  private static void mul(
      float[] a, int ai, int as, float[] b, int bi, int bs, float[] out, int n) {
    for (int i = 0; i < n; i++) {
      out[i] = a[ai + i * as] * b[bi + i * bs];
    }
  }

  private static void div(
      float[] a, int ai, int as, float[] b, int bi, int bs, float[] out, int n) {
    for (int i = 0; i < n; i++) {
      out[i] = a[ai + i * as] / b[bi + i * bs];
    }
  }
}
