package dev.mycel.core;

import java.lang.reflect.Array;
import java.util.Objects;
import java.util.function.IntToDoubleFunction;
import java.util.function.IntToLongFunction;

/** Elements of tensors as Java arrays, and comparisons on them. */
final class HostExport {
  private HostExport() {}

  /** The flat array of the bottom interpreter. */
  static Object raw(Tensor x) {
    return Interpreters.root().toHost(Interpreters.readable(x));
  }

  static double item(Tensor x) {
    return HostArrays.doubles(raw(single("item", x)), x.dtype()).applyAsDouble(0);
  }

  static long itemLong(Tensor x) {
    refuse(x, "itemLong", x.dtype().isFloat(), "INT64");
    return HostArrays.longs(raw(single("itemLong", x)), x.dtype()).applyAsLong(0);
  }

  private static Tensor single(String op, Tensor x) {
    if (x.size() != 1) {
      throw new ShapeException(
          Messages.of(op + ": the tensor has " + x.size() + " elements, not one")
              .line("shape", x.shape())
              .hint("choose one with at(...), or read all with toArray()")
              .text());
    }
    return x;
  }

  static double[] toDoubles(Tensor x) {
    Object flat = raw(x);
    if (flat instanceof double[] same) {
      return same;
    }
    double[] out = new double[Array.getLength(flat)];
    IntToDoubleFunction read = HostArrays.doubles(flat, x.dtype());
    for (int i = 0; i < out.length; i++) {
      out[i] = read.applyAsDouble(i);
    }
    return out;
  }

  static float[] toFloats(Tensor x) {
    Object flat = raw(x);
    if (flat instanceof float[] same) {
      return same;
    }
    float[] out = new float[Array.getLength(flat)];
    IntToDoubleFunction read = HostArrays.doubles(flat, x.dtype());
    for (int i = 0; i < out.length; i++) {
      out[i] = (float) read.applyAsDouble(i);
    }
    return out;
  }

  static long[] toLongs(Tensor x) {
    refuse(x, "toLongArray", x.dtype().isFloat(), "INT64");
    Object flat = raw(x);
    if (flat instanceof long[] same) {
      return same;
    }
    long[] out = new long[Array.getLength(flat)];
    IntToLongFunction read = HostArrays.longs(flat, x.dtype());
    for (int i = 0; i < out.length; i++) {
      out[i] = read.applyAsLong(i);
    }
    return out;
  }

  static int[] toInts(Tensor x) {
    refuse(x, "toIntArray", x.dtype().isFloat(), "INT32");
    Object flat = raw(x);
    if (flat instanceof int[] same) {
      return same;
    }
    int[] out = new int[Array.getLength(flat)];
    IntToLongFunction read = HostArrays.longs(flat, x.dtype());
    for (int i = 0; i < out.length; i++) {
      long v = read.applyAsLong(i);
      if (v != (int) v) {
        throw new DTypeException(
            Messages.of("toIntArray: an int cannot hold " + v)
                .line("element", i)
                .hint("use toLongArray")
                .text());
      }
      out[i] = (int) v;
    }
    return out;
  }

  static short[] toShorts(Tensor x) {
    DType t = x.dtype();
    boolean wide = t == DType.INT32 || t == DType.INT64 || t == DType.FLOAT32 || t == DType.FLOAT64;
    refuse(x, "toShortArray", wide, "INT16");
    Object flat = raw(x);
    if (flat instanceof short[] same) {
      return same;
    }
    short[] out = new short[Array.getLength(flat)];
    IntToLongFunction read = HostArrays.longs(flat, t);
    for (int i = 0; i < out.length; i++) {
      out[i] = (short) read.applyAsLong(i);
    }
    return out;
  }

  static byte[] toBytes(Tensor x) {
    refuse(x, "toByteArray", x.dtype().bytes() != 1, "INT8");
    return (byte[]) raw(x);
  }

  static boolean[] toBooleans(Tensor x) {
    refuse(x, "toBooleanArray", x.dtype() != DType.BOOL, "BOOL");
    byte[] flat = (byte[]) raw(x);
    boolean[] out = new boolean[flat.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = flat[i] != 0;
    }
    return out;
  }

  private static void refuse(Tensor x, String op, boolean unfit, String castTo) {
    if (unfit) {
      throw new DTypeException(
          Messages.of(op + ": the elements of " + x.dtype() + " do not fit")
              .line("tensor", x.type())
              .hint("cast first: x.cast(DType." + castTo + ")")
              .text());
    }
  }

  /** Nested Java arrays, or a boxed value of a scalar. */
  static Object nested(Tensor x) {
    Object flat =
        switch (x.dtype()) {
          case BOOL -> toBooleans(x);
          case UINT8 -> toShorts(x);
          case FLOAT16, BFLOAT16 -> toFloats(x);
          case INT8, INT16, INT32, INT64, FLOAT32, FLOAT64 -> raw(x);
        };
    if (x.rank() == 0) {
      return Array.get(flat, 0);
    }
    return nest(flat, x.shape(), 0, new int[1]);
  }

  private static Object nest(Object flat, Shape shape, int axis, int[] at) {
    int n = Math.toIntExact(shape.rawDims()[axis]);
    Class<?> element = flat.getClass().getComponentType();
    if (axis == shape.rank() - 1) {
      Object row = Array.newInstance(element, n);
      System.arraycopy(flat, at[0], row, 0, n);
      at[0] += n;
      return row;
    }
    Class<?> component = element;
    for (int i = axis + 1; i < shape.rank(); i++) {
      component = component.arrayType();
    }
    Object[] rows = (Object[]) Array.newInstance(component, n);
    for (int i = 0; i < n; i++) {
      rows[i] = nest(flat, shape, axis + 1, at);
    }
    return rows;
  }

  // ---- comparison -------------------------------------------------------------------------------

  /** {@code |a - b| <= atol + rtol |b|} everywhere after broadcasting; infinities must be equal. */
  static boolean allClose(Tensor a, Tensor b, double rtol, double atol, boolean equalNan) {
    Shape shape = a.shape().broadcast(b.shape(), "allClose");
    double[] x = toDoubles(Join.to(shape, a));
    double[] y = toDoubles(Join.to(shape, b));
    for (int i = 0; i < x.length; i++) {
      boolean close =
          x[i] == y[i]
              || (Double.isNaN(x[i]) && Double.isNaN(y[i]) && equalNan)
              || (Double.isFinite(x[i])
                  && Double.isFinite(y[i])
                  && Math.abs(x[i] - y[i]) <= atol + rtol * Math.abs(y[i]));
      if (!close) {
        return false;
      }
    }
    return true;
  }

  /** The same shape, element type and bits. */
  static boolean same(Tensor a, Tensor b) {
    if (!a.shape().equals(b.shape()) || a.dtype() != b.dtype()) {
      return false;
    }
    Object x = raw(a);
    Object y = raw(b);
    if (x instanceof float[] f) {
      float[] g = (float[]) y;
      for (int i = 0; i < f.length; i++) {
        if (Float.floatToRawIntBits(f[i]) != Float.floatToRawIntBits(g[i])) {
          return false;
        }
      }
      return true;
    }
    if (x instanceof double[] f) {
      double[] g = (double[]) y;
      for (int i = 0; i < f.length; i++) {
        if (Double.doubleToRawLongBits(f[i]) != Double.doubleToRawLongBits(g[i])) {
          return false;
        }
      }
      return true;
    }
    return Objects.deepEquals(x, y);
  }
}
