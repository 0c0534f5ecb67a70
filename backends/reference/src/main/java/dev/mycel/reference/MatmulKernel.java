package dev.mycel.reference;

import dev.mycel.core.Layout;
import dev.mycel.core.None;
import dev.mycel.core.Prims;
import dev.mycel.core.spi.Access;
import dev.mycel.core.spi.Buffer;
import dev.mycel.core.spi.KernelCall;
import dev.mycel.core.spi.KernelTable;
import java.util.Arrays;

/** Matrix products, in double or long, one batch entry after the other. */
final class MatmulKernel {
  private MatmulKernel() {}

  static void register(KernelTable t) {
    t.put(Prims.MATMUL, Access.STRIDED, "accumulates in double or long", MatmulKernel::matmul);
  }

  private static void matmul(KernelCall<None> call) {
    Buffer x = call.input(0);
    Buffer y = call.input(1);
    Buffer out = call.output(0);
    if (out.size() == 0) {
      return;
    }
    int rank = x.shape().rank();
    Layout left = Views.range(x.layout(), x.layout().offset(), 0, rank - 2);
    Layout right = Views.range(y.layout(), y.layout().offset(), 0, rank - 2);
    int rows = Math.toIntExact(x.shape().dim(-2));
    int columns = Math.toIntExact(y.shape().dim(-1));
    Rows batches = Rows.over(left.shape(), left, right);
    while (batches.next()) {
      for (int i = 0; i < batches.count(); i++) {
        int at = (batches.position() + i) * rows * columns;
        int a = batches.at(0) + i * batches.stride(0);
        int b = batches.at(1) + i * batches.stride(1);
        Layout matrixA = Views.range(x.layout(), a, rank - 2, rank);
        Layout matrixB = Views.range(y.layout(), b, rank - 2, rank);
        if (x.dtype().isFloat()) {
          multiply(Elements.doubles(x, matrixA), Elements.doubles(y, matrixB), out, at, columns);
        } else {
          multiply(Elements.longs(x, matrixA), Elements.longs(y, matrixB), out, at, columns);
        }
      }
    }
  }

  private static void multiply(double[] a, double[] b, Buffer out, int at, int columns) {
    int inner = b.length / columns;
    int rows = Math.toIntExact(out.shape().dim(-2));
    double[] sums = new double[columns];
    for (int i = 0; i < rows; i++) {
      Arrays.fill(sums, 0);
      for (int p = 0; p < inner; p++) {
        Dense.axpy(a[i * inner + p], b, p * columns, 1, sums, 0, 1, columns);
      }
      Elements.store(out, at + i * columns, 1, sums, columns);
    }
  }

  private static void multiply(long[] a, long[] b, Buffer out, int at, int columns) {
    int inner = b.length / columns;
    int rows = Math.toIntExact(out.shape().dim(-2));
    long[] sums = new long[columns];
    for (int i = 0; i < rows; i++) {
      Arrays.fill(sums, 0);
      for (int p = 0; p < inner; p++) {
        long factor = a[i * inner + p];
        for (int j = 0; j < columns; j++) {
          sums[j] += factor * b[p * columns + j];
        }
      }
      Elements.store(out, at + i * columns, 1, sums, columns);
    }
  }
}
