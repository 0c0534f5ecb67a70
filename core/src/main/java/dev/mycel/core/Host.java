package dev.mycel.core;

/** Java values as the flat arrays that hold elements. */
final class Host {
  private Host() {}

  /** An array of one element with that value. */
  static Object single(double value, DType dtype) {
    return switch (dtype) {
      case BOOL -> new byte[] {(byte) (value != 0 ? 1 : 0)};
      case UINT8, INT8 -> new byte[] {(byte) (long) value};
      case INT16 -> new short[] {(short) (long) value};
      case INT32 -> new int[] {(int) (long) value};
      case INT64 -> new long[] {(long) value};
      case FLOAT16 -> new short[] {HalfPrecision.toFloat16(value)};
      case BFLOAT16 -> new short[] {HalfPrecision.toBfloat16(value)};
      case FLOAT32 -> new float[] {(float) value};
      case FLOAT64 -> new double[] {value};
    };
  }

  /** The integer nearest to a value towards zero, for attributes that keep both forms. */
  static long whole(double value) {
    return (long) value;
  }
}
