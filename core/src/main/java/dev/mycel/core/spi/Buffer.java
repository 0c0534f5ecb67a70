package dev.mycel.core.spi;

import dev.mycel.core.DType;
import dev.mycel.core.Layout;
import dev.mycel.core.Shape;

/**
 * What a kernel sees of a tensor: a layout over a storage. Kernels may read inputs and write
 * outputs while they run and keep neither afterwards.
 *
 * @param storage where the elements are
 * @param layout how they lie there
 */
public record Buffer(Storage storage, Layout layout) {
  /** Element type. */
  public DType dtype() {
    return storage.dtype();
  }

  /** Extents. */
  public Shape shape() {
    return layout.shape();
  }

  /** Number of elements. */
  public long size() {
    return layout.shape().size();
  }

  /** Whether the elements lie in a Java array. */
  public boolean isHeap() {
    return storage instanceof HeapStorage;
  }

  /** The Java array; only if {@link #isHeap}. */
  public Object array() {
    return ((HeapStorage) storage).array();
  }
}
