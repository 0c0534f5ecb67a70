package dev.mycel.nd4j;

import static org.bytedeco.openblas.global.openblas_nolapack.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasTrans;
import static org.bytedeco.openblas.global.openblas_nolapack.blas_set_num_threads;
import static org.bytedeco.openblas.global.openblas_nolapack.cblas_dasum;
import static org.bytedeco.openblas.global.openblas_nolapack.cblas_dgemm;
import static org.bytedeco.openblas.global.openblas_nolapack.cblas_sasum;
import static org.bytedeco.openblas.global.openblas_nolapack.cblas_sgemm;

import dev.mycel.core.DType;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.jspecify.annotations.Nullable;

/** Matrix products, and a sum, of the OpenBLAS that ND4J brings and multiplies with itself. */
final class Blas {
  /** As many elements are summed by one thread: OpenBLAS has threads of its own, beside ND4J's. */
  private static final long LONGEST = 1L << 16;

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

  /**
   * The sum of absolute values, in their own type: NaN if an element is, and else no less than any
   * element's, however it is rounded. It runs at the speed of memory.
   */
  static double absoluteSum(DType t, long address, long size) {
    double sum = 0;
    for (long done = 0; done < size; done += LONGEST) {
      int n = (int) Math.min(size - done, LONGEST);
      Pointer part = Memory.at(address + done * t.bytes(), (long) n * t.bytes());
      sum +=
          t == DType.FLOAT32
              ? cblas_sasum(n, new FloatPointer(part), 1)
              : cblas_dasum(n, new DoublePointer(part), 1);
    }
    return sum;
  }

  /** Sets the number of threads of a product. */
  static void threads(int count) {
    blas_set_num_threads(count);
  }
}
