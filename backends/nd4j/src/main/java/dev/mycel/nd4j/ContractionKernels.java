package dev.mycel.nd4j;

import dev.mycel.core.DType;
import dev.mycel.core.Layout;
import dev.mycel.core.None;
import dev.mycel.core.Prims;
import dev.mycel.core.Shape;
import dev.mycel.core.spi.Access;
import dev.mycel.core.spi.Buffer;
import dev.mycel.core.spi.KernelCall;
import dev.mycel.core.spi.KernelTable;
import org.jspecify.annotations.Nullable;

/**
 * Matrix products. ND4J multiplies batches with loops of its own; here each matrix of a batch goes
 * to BLAS, which is twenty times faster.
 */
final class ContractionKernels {
  private static final String NOTE = "gemm, float32 and float64";

  private ContractionKernels() {}

  static void register(KernelTable table) {
    table.put(
        Prims.MATMUL,
        Access.STRIDED,
        NOTE,
        call -> takes(call) && operand(call.input(0)) != null && operand(call.input(1)) != null,
        ContractionKernels::matmul);
    table.put(
        Prims.MATMUL,
        Access.CONTIGUOUS,
        NOTE,
        ContractionKernels::takes,
        ContractionKernels::matmul);
    table.put(
        Prims.LINEAR,
        Access.CONTIGUOUS,
        "gemm on the bias, float32 and float64",
        ContractionKernels::takesLinear,
        ContractionKernels::linear);
  }

  private static boolean takes(KernelCall<None> call) {
    return Kernels.wide(call) && small(call.input(0)) && small(call.input(1));
  }

  /** BLAS counts in 32 bits. */
  private static boolean small(Buffer b) {
    return b.shape().dim(-1) <= Integer.MAX_VALUE && b.shape().dim(-2) <= Integer.MAX_VALUE;
  }

  private static Blas.@Nullable Operand operand(Buffer b) {
    Layout l = b.layout();
    int rank = b.shape().rank();
    return Blas.Operand.of(
        b.shape().dim(-2), b.shape().dim(-1), l.stride(rank - 2), l.stride(rank - 1));
  }

  private static void matmul(KernelCall<None> call) {
    Buffer a = call.input(0);
    Buffer b = call.input(1);
    Blas.Operand left = operand(a);
    Blas.Operand right = operand(b);
    if (left == null || right == null) {
      throw new IllegalStateException("matmul: a row-major matrix is none for BLAS");
    }
    DType t = a.dtype();
    int m = (int) a.shape().dim(-2);
    int k = (int) a.shape().dim(-1);
    int n = (int) b.shape().dim(-1);
    long to = Kernels.output(call, 0);
    long fromA = NativeStorage.address(a);
    long fromB = NativeStorage.address(b);
    long count = call.outputType(0).shape().size() / ((long) m * n);
    for (long i = 0; i < count; i++) {
      long at = fromA + offset(a, i) * t.bytes();
      long bt = fromB + offset(b, i) * t.bytes();
      Blas.multiply(t, m, n, k, at, left, bt, right, 0, to + i * m * n * t.bytes());
    }
  }

  /** Where matrix i of a batch begins, in elements from the first one. */
  private static long offset(Buffer b, long i) {
    long rest = i;
    long offset = 0;
    for (int axis = b.shape().rank() - 3; axis >= 0; axis--) {
      long extent = b.shape().dim(axis);
      offset += rest % extent * b.layout().stride(axis);
      rest /= extent;
    }
    return offset;
  }

  private static boolean takesLinear(KernelCall<None> call) {
    Shape w = call.input(1).shape();
    return Kernels.wide(call)
        && small(call.input(1))
        && call.input(0).size() / w.dim(1) <= Integer.MAX_VALUE;
  }

  /** The bias fills the result, and the product is added to it. */
  private static void linear(KernelCall<None> call) {
    Buffer x = call.input(0);
    Buffer w = call.input(1);
    DType t = x.dtype();
    int k = (int) w.shape().dim(1);
    int n = (int) w.shape().dim(0);
    int m = (int) (x.size() / k);
    long to = Kernels.output(call, 0);
    boolean biased = call.inputCount() == 3;
    if (biased) {
      repeat(NativeStorage.address(call.input(2)), to, (long) n * t.bytes(), m);
    }
    Blas.Operand left = new Blas.Operand(false, k);
    Blas.Operand right = new Blas.Operand(true, k);
    long a = NativeStorage.address(x);
    long b = NativeStorage.address(w);
    Blas.multiply(t, m, n, k, a, left, b, right, biased ? 1 : 0, to);
  }

  /** Copies a row into that many rows, as many at a time as are there. */
  private static void repeat(long row, long to, long bytes, long rows) {
    Memory.copy(row, to, bytes);
    for (long done = 1; done < rows; done *= 2) {
      Memory.copy(to, to + done * bytes, Math.min(done, rows - done) * bytes);
    }
  }
}
