package dev.mycel.core.spi;

import dev.mycel.core.DType;
import dev.mycel.core.Messages;
import dev.mycel.core.ShapeException;
import java.nio.ByteBuffer;

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

  /**
   * Copies {@code count} elements from a buffer's position on, in its byte order, into an array of
   * such a type; the position stays.
   */
  public static void get(ByteBuffer from, Object array, int to, int count) {
    if (array instanceof float[] a) {
      from.asFloatBuffer().get(a, to, count);
    } else if (array instanceof double[] a) {
      from.asDoubleBuffer().get(a, to, count);
    } else if (array instanceof long[] a) {
      from.asLongBuffer().get(a, to, count);
    } else if (array instanceof int[] a) {
      from.asIntBuffer().get(a, to, count);
    } else if (array instanceof short[] a) {
      from.asShortBuffer().get(a, to, count);
    } else {
      from.get(from.position(), (byte[]) array, to, count);
    }
  }

  /**
   * Copies {@code count} elements of an array of such a type to a buffer's position and following,
   * in its byte order; the position stays.
   */
  public static void put(Object array, int from, int count, ByteBuffer to) {
    if (array instanceof float[] a) {
      to.asFloatBuffer().put(a, from, count);
    } else if (array instanceof double[] a) {
      to.asDoubleBuffer().put(a, from, count);
    } else if (array instanceof long[] a) {
      to.asLongBuffer().put(a, from, count);
    } else if (array instanceof int[] a) {
      to.asIntBuffer().put(a, from, count);
    } else if (array instanceof short[] a) {
      to.asShortBuffer().put(a, from, count);
    } else {
      to.put(to.position(), (byte[]) array, from, count);
    }
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
