package dev.mycel.onednn;

import dev.mycel.core.DType;
import dev.mycel.core.Layout;
import dev.mycel.core.spi.Buffer;

/**
 * Looks for NaN by a product with zeros: it is NaN just when an element is NaN or infinite, and
 * runs at the speed of memory. For kernels of the library that pass over NaN, where ours must not.
 */
final class NaNs {
  /** Elements in a row of the product: the zeros stay in the first-level cache. */
  private static final int ROW = 1024;

  private NaNs() {}

  /** Whether there is surely no NaN among the elements; infinities count as doubt. */
  static boolean none(OneDnnBackend backend, Buffer b) {
    Layout layout = Layouts.like(b.layout());
    long size = b.size();
    int rows = (int) Math.min(size / ROW, Integer.MAX_VALUE);
    long rest = size - (long) rows * ROW;
    try (Staging staging = new Staging(backend)) {
      long source = staging.address(b, layout);
      long zeros = staging.zeros(b.dtype(), ROW);
      return (rows == 0 || zero(backend, staging, b.dtype(), source, rows, ROW, zeros))
          && (rest == 0
              || zero(
                  backend,
                  staging,
                  b.dtype(),
                  source + (size - rest) * b.dtype().bytes(),
                  1,
                  rest,
                  zeros));
    }
  }

  /** Whether each row's product with zeros is zero. */
  private static boolean zero(
      OneDnnBackend backend,
      Staging staging,
      DType dtype,
      long source,
      int rows,
      long columns,
      long zeros) {
    NativeBlock result = staging.take((long) rows * Float.BYTES);
    ContractionKernels.multiply(
        backend,
        Desc.dense(dtype, rows, columns),
        source,
        Desc.dense(dtype, columns, 1),
        zeros,
        Desc.dense(DType.FLOAT32, rows, 1),
        result.address());
    for (int i = 0; i < rows; i++) {
      if (result.floats().get(i) != 0) { // a NaN is unequal to zero, too
        return false;
      }
    }
    return true;
  }
}
