package dev.mycel.test;

import dev.mycel.core.DType;
import dev.mycel.core.HalfPrecision;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import dev.mycel.core.spi.HeapStorage;

/**
 * The elements of a tensor in a Java array, row-major, readable as numbers whatever their type.
 *
 * @param dtype element type
 * @param shape extents
 * @param array {@code byte[] short[] int[] long[] float[] double[]} as the element type needs
 */
record HostValues(DType dtype, Shape shape, Object array) {
  /** Copies a tensor's elements. */
  static HostValues of(Tensor tensor) {
    Tensor root = Interpreters.lowerToRoot(tensor);
    return new HostValues(tensor.dtype(), tensor.shape(), Interpreters.root().toHost(root));
  }

  /** Those numbers in that element type, rounded or truncated as a store would. */
  static HostValues of(DType dtype, Shape shape, double[] numbers) {
    Object array = HeapStorage.newArray(dtype, numbers.length);
    for (int i = 0; i < numbers.length; i++) {
      store(dtype, array, i, numbers[i]);
    }
    return new HostValues(dtype, shape, array);
  }

  private static void store(DType dtype, Object array, int i, double v) {
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

  /** A tensor of these elements on the current backend. */
  Tensor toTensor() {
    return Interpreters.root().fromHost(array, dtype, shape);
  }

  /** Number of elements. */
  int size() {
    return (int) shape.size();
  }

  /** Element i as a double. */
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

  /** Element i of an integer or bool type, exactly. */
  long exact(int i) {
    return dtype == DType.INT64 ? ((long[]) array)[i] : (long) get(i);
  }

  /** All elements as doubles. */
  double[] numbers() {
    double[] numbers = new double[size()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = get(i);
    }
    return numbers;
  }

  /** Whether all elements are finite. */
  boolean allFinite() {
    for (int i = 0; i < size(); i++) {
      if (!Double.isFinite(get(i))) {
        return false;
      }
    }
    return true;
  }
}
