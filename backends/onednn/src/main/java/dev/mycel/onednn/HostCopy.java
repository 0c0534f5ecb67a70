package dev.mycel.onednn;

import dev.mycel.core.DType;
import java.nio.ByteBuffer;

/** Copies between Java arrays and the first bytes of a block. */
final class HostCopy {
  private HostCopy() {}

  /** Copies {@code count} elements of a Java array to the start of a block of less than 1 GiB. */
  static void write(NativeBlock to, DType dtype, Object array, int from, int count) {
    ByteBuffer view = to.view(0);
    switch (dtype) {
      case FLOAT32 -> view.asFloatBuffer().put(0, (float[]) array, from, count);
      case FLOAT64 -> view.asDoubleBuffer().put(0, (double[]) array, from, count);
      case INT64 -> view.asLongBuffer().put(0, (long[]) array, from, count);
      case INT32 -> view.asIntBuffer().put(0, (int[]) array, from, count);
      case INT16, FLOAT16, BFLOAT16 -> view.asShortBuffer().put(0, (short[]) array, from, count);
      case BOOL, UINT8, INT8 -> view.put(0, (byte[]) array, from, count);
    }
  }
}
