package dev.mycel.golden;

import dev.mycel.core.DType;
import dev.mycel.core.HalfPrecision;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import dev.mycel.core.spi.HeapStorage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * An array on the host.
 *
 * @param dtype element type
 * @param shape extents
 * @param array the elements row-major in the Java array of the type
 */
record GoldenArray(DType dtype, Shape shape, Object array) {
  /** Decodes little-endian elements. */
  static GoldenArray decode(DType dtype, Shape shape, ByteBuffer bytes) {
    ByteBuffer b = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
    int n = Math.toIntExact(shape.size());
    Object array = HeapStorage.newArray(dtype, n);
    switch (dtype) {
      case BOOL, UINT8, INT8 -> b.get((byte[]) array);
      case INT16, FLOAT16, BFLOAT16 -> b.asShortBuffer().get((short[]) array);
      case INT32 -> b.asIntBuffer().get((int[]) array);
      case INT64 -> b.asLongBuffer().get((long[]) array);
      case FLOAT32 -> b.asFloatBuffer().get((float[]) array);
      case FLOAT64 -> b.asDoubleBuffer().get((double[]) array);
    }
    return new GoldenArray(dtype, shape, array);
  }

  /** Numbers as an array of that type. */
  static GoldenArray of(DType dtype, Shape shape, double[] numbers) {
    Object array = HeapStorage.newArray(dtype, numbers.length);
    for (int i = 0; i < numbers.length; i++) {
      double v = numbers[i];
      switch (dtype) {
        case BOOL -> ((byte[]) array)[i] = (byte) (v != 0 ? 1 : 0);
        case UINT8, INT8 -> ((byte[]) array)[i] = (byte) (long) v;
        case INT16 -> ((short[]) array)[i] = (short) (long) v;
        case INT32 -> ((int[]) array)[i] = (int) v;
        case INT64 -> ((long[]) array)[i] = (long) v;
        case FLOAT16 -> ((short[]) array)[i] = HalfPrecision.toFloat16(v);
        case BFLOAT16 -> ((short[]) array)[i] = HalfPrecision.toBfloat16(v);
        case FLOAT32 -> ((float[]) array)[i] = (float) v;
        case FLOAT64 -> ((double[]) array)[i] = v;
      }
    }
    return new GoldenArray(dtype, shape, array);
  }

  /** A tensor's elements. */
  static GoldenArray of(Tensor tensor) {
    Tensor root = Interpreters.lowerToRoot(tensor);
    return new GoldenArray(tensor.dtype(), tensor.shape(), Interpreters.root().toHost(root));
  }

  /** A tensor on the current backend. */
  Tensor toTensor() {
    return Interpreters.root().fromHost(array, dtype, shape);
  }

  /** Element i. */
  double get(int i) {
    return switch (dtype) {
      case BOOL, INT8 -> ((byte[]) array)[i];
      case UINT8 -> ((byte[]) array)[i] & 0xff;
      case INT16 -> ((short[]) array)[i];
      case INT32 -> ((int[]) array)[i];
      case INT64 -> ((long[]) array)[i];
      case FLOAT16 -> HalfPrecision.fromFloat16(((short[]) array)[i]);
      case BFLOAT16 -> HalfPrecision.fromBfloat16(((short[]) array)[i]);
      case FLOAT32 -> ((float[]) array)[i];
      case FLOAT64 -> ((double[]) array)[i];
    };
  }

  /** All elements. */
  double[] numbers() {
    double[] v = new double[(int) shape.size()];
    Arrays.setAll(v, this::get);
    return v;
  }

  /** The slice at an index of the first axis. */
  GoldenArray at(int index) {
    Shape rest = shape.without(0);
    int n = (int) rest.size();
    Object part = HeapStorage.newArray(dtype, n);
    System.arraycopy(array, index * n, part, 0, n);
    return new GoldenArray(dtype, rest, part);
  }
}
