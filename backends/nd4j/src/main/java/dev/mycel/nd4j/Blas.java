package dev.mycel.nd4j;

import static org.bytedeco.openblas.global.openblas_nolapack.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasTrans;
import static org.bytedeco.openblas.global.openblas_nolapack.blas_set_num_threads;
import static org.bytedeco.openblas.global.openblas_nolapack.cblas_dgemm;
import static org.bytedeco.openblas.global.openblas_nolapack.cblas_sgemm;

import dev.mycel.core.DType;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.jspecify.annotations.Nullable;

/** Matrix products of the OpenBLAS that ND4J brings and multiplies with itself. */
final class Blas {
  private Blas() {}

  /**
   * How a matrix lies for BLAS: whether as its transpose, and the distance between its rows (of its
   * transpose).
   */
  record Operand(boolean transposed, int step) {
    /** The form of a matrix with those extents and strides, or null if BLAS has none for it. */
    static @Nullable Operand of(long rows, long columns, long rowStride, long columnStride) {
      if ((columnStride == 1 || columns == 1) && (rows == 1 || fits(rowStride, columns))) {
        return new Operand(false, (int) (rows == 1 ? columns : rowStride));
      }
      if ((rowStride == 1 || rows == 1) && (columns == 1 || fits(columnStride, rows))) {
        return new Operand(true, (int) (columns == 1 ? rows : columnStride));
      }
      return null;
    }

    private static boolean fits(long stride, long extent) {
      return stride >= extent && stride <= Integer.MAX_VALUE;
    }

    private int code() {
      return transposed ? CblasTrans : CblasNoTrans;
    }
  }

  /**
   * {@code c = a b + beta c} for row-major {@code c[m, n]} and {@code a[m, k]}, {@code b[k, n]}.
   */
  static void multiply(
      DType t, int m, int n, int k, long a, Operand la, long b, Operand lb, double beta, long c) {
    long bytes = t.bytes();
    if (t == DType.FLOAT32) {
      cblas_sgemm(
          CblasRowMajor,
          la.code(),
          lb.code(),
          m,
          n,
          k,
          1,
          new FloatPointer(Memory.at(a, bytes)),
          la.step(),
          new FloatPointer(Memory.at(b, bytes)),
          lb.step(),
          (float) beta,
          new FloatPointer(Memory.at(c, bytes)),
          n);
    } else {
      cblas_dgemm(
          CblasRowMajor,
          la.code(),
          lb.code(),
          m,
          n,
          k,
          1,
          new DoublePointer(Memory.at(a, bytes)),
          la.step(),
          new DoublePointer(Memory.at(b, bytes)),
          lb.step(),
          beta,
          new DoublePointer(Memory.at(c, bytes)),
          n);
    }
  }

  /** Sets the number of threads of a product. */
  static void threads(int count) {
    blas_set_num_threads(count);
  }
}
