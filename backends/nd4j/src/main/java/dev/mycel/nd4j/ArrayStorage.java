package dev.mycel.nd4j;

import dev.mycel.core.ClosedTensorException;
import dev.mycel.core.DType;
import dev.mycel.core.Messages;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The memory of an {@code INDArray} that stays its own: the array is kept reachable and never
 * closed from here, and every use asks first whether somebody else has closed it.
 */
final class ArrayStorage extends NativeStorage {
  private final INDArray array;
  private final long address;

  ArrayStorage(INDArray array, DType dtype, long size, long address) {
    super(dtype, size);
    this.array = array;
    this.address = address;
  }

  @Override
  long address() {
    if (array.wasClosed()) {
      throw new ClosedTensorException(
          Messages.of("tensor: the INDArray that owns its memory has been closed")
              .line("array", ArrayChecks.form(array))
              .hint("close the array after the tensor, or copy with NdArrays.toTensor")
              .text());
    }
    return address;
  }

  @Override
  protected void free() {
    // The memory is the array's.
  }
}
