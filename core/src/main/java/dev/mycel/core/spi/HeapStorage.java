package dev.mycel.core.spi;

import dev.mycel.core.DType;
import dev.mycel.core.Messages;
import dev.mycel.core.ShapeException;

/**
 * Elements in a Java array: {@code byte[]} for bool, uint8 and int8, {@code short[]} for int16 and
 * the bits of float16 and bfloat16, {@code int[] long[] float[] double[]} for the rest. Every
 * backend takes such storage for small tensors.
 */
public final class HeapStorage extends Storage {
  private final Object array;

  private HeapStorage(DType dtype, long size, Object array) {
    super(dtype, size);
    this.array = array;
  }

  /** Zeroed elements. */
  public static HeapStorage allocate(DType dtype, long size) {
    if (size > Integer.MAX_VALUE - 8) {
      throw new ShapeException(
          Messages.of("allocate: a tensor on the Java heap holds at most 2147483639 elements")
              .line("elements", size)
              .hint("use a backend with memory of its own, such as onednn")
              .text());
    }
    return new HeapStorage(dtype, size, newArray(dtype, (int) size));
  }

  /** Takes the array over without a copy; its type must be that of the dtype. */
  public static HeapStorage wrap(DType dtype, Object array) {
    return new HeapStorage(dtype, java.lang.reflect.Array.getLength(array), array);
  }

  /** A zeroed array of the type that holds such elements. */
  public static Object newArray(DType dtype, int size) {
    return switch (dtype) {
      case BOOL, UINT8, INT8 -> new byte[size];
      case INT16, FLOAT16, BFLOAT16 -> new short[size];
      case INT32 -> new int[size];
      case INT64 -> new long[size];
      case FLOAT32 -> new float[size];
      case FLOAT64 -> new double[size];
    };
  }

  /** The array itself. */
  public Object array() {
    return array;
  }

  @Override
  public boolean isOffHeap() {
    return false;
  }

  @Override
  protected void free() {
    // The collector takes it.
  }
}
