package dev.mycel.reference;

import dev.mycel.core.DType;
import dev.mycel.core.HalfPrecision;
import dev.mycel.core.Layout;
import dev.mycel.core.None;
import dev.mycel.core.Primitive;
import dev.mycel.core.Shape;
import dev.mycel.core.TensorType;
import dev.mycel.core.spi.Backend;
import dev.mycel.core.spi.Buffer;
import dev.mycel.core.spi.HeapStorage;
import dev.mycel.core.spi.KernelCall;
import java.lang.reflect.Array;

/** Runs kernels of the reference backend directly, without an interpreter. */
final class ReferenceCalls {
  static final Backend BACKEND = new ReferenceProvider().open();

  private ReferenceCalls() {}

  static Buffer buffer(DType dtype, Object array, long... shape) {
    return new Buffer(HeapStorage.wrap(dtype, array), Layout.contiguous(Shape.of(shape)));
  }

  static Buffer floats(float... values) {
    return buffer(DType.FLOAT32, values, values.length);
  }

  static Buffer doubles(double... values) {
    return buffer(DType.FLOAT64, values, values.length);
  }

  static Buffer ints(int... values) {
    return buffer(DType.INT32, values, values.length);
  }

  static Buffer longs(long... values) {
    return buffer(DType.INT64, values, values.length);
  }

  static Buffer bytes(DType dtype, int... values) {
    byte[] array = new byte[values.length];
    for (int i = 0; i < array.length; i++) {
      array[i] = (byte) values[i];
    }
    return buffer(dtype, array, array.length);
  }

  static Buffer halves(DType dtype, float... values) {
    short[] array = new short[values.length];
    for (int i = 0; i < array.length; i++) {
      array[i] =
          dtype == DType.FLOAT16
              ? HalfPrecision.toFloat16(values[i])
              : HalfPrecision.toBfloat16(values[i]);
    }
    return buffer(dtype, array, array.length);
  }

  static Buffer shaped(Buffer of, long... shape) {
    return new Buffer(of.storage(), Layout.contiguous(Shape.of(shape)));
  }

  /** All outputs. */
  static <A> Buffer[] all(Primitive<A> p, A attrs, Buffer... inputs) {
    TensorType[] types = new TensorType[inputs.length];
    for (int i = 0; i < types.length; i++) {
      types[i] = new TensorType(inputs[i].shape(), inputs[i].dtype(), BACKEND.device());
    }
    TensorType[] results = p.infer(attrs, types);
    KernelCall<A> call = new KernelCall<>(p, attrs, inputs, results, BACKEND, 0);
    BACKEND.kernels().entries(p).get(0).kernel().run(call);
    Buffer[] outputs = new Buffer[results.length];
    for (int i = 0; i < outputs.length; i++) {
      Buffer made = call.allocated(i);
      if (made == null
          || !made.shape().equals(results[i].shape())
          || made.dtype() != results[i].dtype()
          || !made.layout().isContiguous()
          || made.layout().offset() != 0) {
        throw new AssertionError(p + ": output " + i + " is " + made + ", not " + results[i]);
      }
      outputs[i] = made;
    }
    return outputs;
  }

  /** The array of the first output. */
  static <A> Object run(Primitive<A> p, A attrs, Buffer... inputs) {
    return all(p, attrs, inputs)[0].array();
  }

  /** The array of the only output of a primitive without attributes. */
  static Object run(Primitive<None> p, Buffer... inputs) {
    return run(p, None.NONE, inputs);
  }

  /**
   * The same elements in a larger storage: axes in reverse order, walked backwards, two places
   * apart, behind an offset.
   */
  static Buffer awkward(Buffer dense) {
    Shape shape = dense.shape();
    int rank = shape.rank();
    long[] strides = new long[rank];
    long offset = 3;
    long step = 2;
    for (int i = 0; i < rank; i++) {
      strides[i] = -step;
      offset += step * Math.max(shape.dim(i) - 1, 0);
      step *= Math.max(shape.dim(i), 1);
    }
    HeapStorage storage = HeapStorage.allocate(dense.dtype(), offset + 2);
    int[] index = new int[rank];
    for (int n = 0; n < shape.size(); n++) {
      int rest = n;
      int at = (int) offset;
      for (int i = rank - 1; i >= 0; i--) {
        index[i] = (int) (rest % shape.dim(i));
        rest /= (int) shape.dim(i);
        at += (int) (index[i] * strides[i]);
      }
      System.arraycopy(dense.array(), n, storage.array(), at, 1);
    }
    return new Buffer(storage, Layout.of(shape, strides, offset));
  }

  static boolean sameBits(Object a, Object b) {
    int n = Array.getLength(a);
    boolean same = n == Array.getLength(b);
    for (int i = 0; same && i < n; i++) {
      same = Array.get(a, i).equals(Array.get(b, i));
    }
    return same;
  }
}
