package dev.mycel.nd4j;

import dev.mycel.core.DType;
import dev.mycel.core.spi.Buffer;
import dev.mycel.core.spi.Storage;

/** Elements in native memory, whoever owns it. */
abstract class NativeStorage extends Storage {
  NativeStorage(DType dtype, long size) {
    super(dtype, size);
  }

  /** Where the first element is; an exception if the memory is gone. */
  abstract long address();

  @Override
  public final boolean isOffHeap() {
    return true;
  }

  /** Address of the element at index zero of a buffer. */
  static long address(Buffer b) {
    return ((NativeStorage) b.storage()).address() + b.layout().offset() * b.dtype().bytes();
  }
}
