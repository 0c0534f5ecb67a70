package dev.mycel.checkpoint;

import dev.mycel.core.DType;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.reflect.Array;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Moves elements between flat Java arrays and bytes, the lowest byte first. */
final class Elements {
  /** Bytes that are moved at a time; a multiple of every element's size. */
  static final int BLOCK = 1 << 20;

  private Elements() {}

  /** A buffer for one block. */
  static ByteBuffer block(long bytes) {
    return ByteBuffer.allocate((int) Math.min(BLOCK, bytes)).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** An array for that many elements, of the type that tensors are made from. */
  static Object array(DType dtype, int size) {
    return switch (dtype) {
      case BOOL, UINT8, INT8 -> new byte[size];
      case INT16, FLOAT16, BFLOAT16 -> new short[size];
      case INT32 -> new int[size];
      case INT64 -> new long[size];
      case FLOAT32 -> new float[size];
      case FLOAT64 -> new double[size];
    };
  }

  /** Elements in the native order as they stand in files: the same buffer where that is one. */
  static ByteBuffer lowestFirst(ByteBuffer piece, int width) {
    if (ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN) {
      return piece;
    }
    ByteBuffer swapped = ByteBuffer.allocate(piece.remaining());
    swap(piece, width, swapped);
    return swapped.flip();
  }

  /** Moves the bytes that remain, those of each element in reverse order. */
  static void swap(ByteBuffer from, int width, ByteBuffer into) {
    while (from.hasRemaining()) {
      for (int i = width - 1; i >= 0; i--) {
        into.put(from.get(from.position() + i));
      }
      from.position(from.position() + width);
    }
  }

  /** Puts {@code count} elements of the array into the buffer, which is then ready to be read. */
  static void encode(Object array, int from, int count, ByteBuffer into) {
    into.clear();
    int bytes = count;
    if (array instanceof byte[] a) {
      into.put(a, from, count);
    } else if (array instanceof short[] a) {
      into.asShortBuffer().put(a, from, count);
      bytes = count * Short.BYTES;
    } else if (array instanceof int[] a) {
      into.asIntBuffer().put(a, from, count);
      bytes = count * Integer.BYTES;
    } else if (array instanceof long[] a) {
      into.asLongBuffer().put(a, from, count);
      bytes = count * Long.BYTES;
    } else if (array instanceof float[] a) {
      into.asFloatBuffer().put(a, from, count);
      bytes = count * Float.BYTES;
    } else if (array instanceof double[] a) {
      into.asDoubleBuffer().put(a, from, count);
      bytes = count * Double.BYTES;
    } else {
      throw new IllegalStateException("checkpoint: elements in " + array.getClass());
    }
    into.position(0).limit(bytes);
  }

  /**
   * Writes all elements of an array.
   *
   * @param bytes of an element
   */
  static void write(Object array, int bytes, OutputStream out) throws IOException {
    int size = Array.getLength(array);
    int most = BLOCK / bytes;
    ByteBuffer block = block((long) size * bytes);
    for (int at = 0; at < size; at += most) {
      encode(array, at, Math.min(most, size - at), block);
      out.write(block.array(), block.arrayOffset(), block.limit());
    }
  }

  /** Takes {@code count} elements out of the buffer; any byte but 0 is true. */
  static void decode(ByteBuffer from, DType dtype, Object array, int at, int count) {
    if (array instanceof byte[] a) {
      from.get(a, at, count);
      for (int i = at; dtype == DType.BOOL && i < at + count; i++) {
        a[i] = (byte) (a[i] != 0 ? 1 : 0);
      }
    } else if (array instanceof short[] a) {
      from.asShortBuffer().get(a, at, count);
    } else if (array instanceof int[] a) {
      from.asIntBuffer().get(a, at, count);
    } else if (array instanceof long[] a) {
      from.asLongBuffer().get(a, at, count);
    } else if (array instanceof float[] a) {
      from.asFloatBuffer().get(a, at, count);
    } else if (array instanceof double[] a) {
      from.asDoubleBuffer().get(a, at, count);
    } else {
      throw new IllegalStateException("checkpoint: elements in " + array.getClass());
    }
  }
}
