package dev.mycel.onednn;

import dev.mycel.core.DType;
import dev.mycel.core.Layout;
import dev.mycel.core.spi.Buffer;

/**
 * Looks for NaN by a product with zeros: it is NaN just when an element is NaN or infinite, and
 * runs at the speed of memory. For kernels of the library that pass over NaN, where ours must not.
 */
final class NaNs {
  private NaNs() {}

  /** Whether there is surely no NaN among the elements; infinities count as doubt. */
  static boolean none(OneDnnBackend backend, Buffer b) {
    Layout layout = Layouts.like(b.layout());
    try (Staging staging = new Staging(backend)) {
      long source = staging.address(b, layout);
      long zeros = staging.zeros(b.dtype(), b.size());
      NativeBlock result = staging.take(Float.BYTES);
      ContractionKernels.multiply(
          backend,
          Desc.dense(b.dtype(), 1, b.size()),
          source,
          Desc.dense(b.dtype(), b.size(), 1),
          zeros,
          Desc.dense(DType.FLOAT32, 1, 1),
          result.address());
      return result.view(0).getFloat(0) == 0;
    }
  }
}
