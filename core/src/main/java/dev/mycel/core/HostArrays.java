package dev.mycel.core;

import dev.mycel.core.spi.HeapStorage;
import java.io.IOException;
import java.lang.reflect.Array;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.ShortBuffer;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.function.IntToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Java arrays, nested or flat, of any primitive type, as the flat arrays that hold elements, and
 * back.
 */
final class HostArrays {
  private HostArrays() {}

  // ---- in ---------------------------------------------------------------------------------------

  /** A tensor of nested arrays or lists of numbers or booleans, or of one such value. */
  static Tensor tensor(Object nested, @Nullable DType wanted) {
    Checks.notNull(nested, "Tensor.of", "the value");
    if (nested instanceof Buffer buffer) {
      return tensor(buffer, wanted);
    }
    Shape shape = Shape.of(dims(nested, 0));
    DType natural = natural(nested);
    if (natural == null) {
      natural = DType.FLOAT32; // an empty list has no elements that could say
    }
    if (wanted != null && leaf(nested.getClass()).isPrimitive()) {
      natural = asBits(natural, wanted);
    }
    Object flat = HeapStorage.newArray(natural, Math.toIntExact(shape.size()));
    int filled = fill(nested, flat, natural, 0, shape, 0);
    if (filled != shape.size()) {
      throw ragged(shape, nested);
    }
    return tensor(flat, natural, wanted == null ? natural : wanted, shape);
  }

  /** A tensor of a flat array of one primitive type, converted to the wanted type. */
  static Tensor tensor(Object flat, DType natural, DType wanted, Shape shape) {
    checkLength(Array.getLength(flat), shape);
    Object array = natural == wanted ? flat : convert(flat, natural, wanted);
    return Interpreters.root().fromHost(array, wanted, shape);
  }

  private static void checkLength(int length, Shape shape) {
    if (length != shape.size()) {
      throw new ShapeException(
          Messages.of("Tensor.of: the shape does not fit the number of elements")
              .line("shape   ", shape + " holds " + shape.size())
              .line("elements", length)
              .text());
    }
  }

  /**
   * How given shorts or bytes are to be read for a type: as its own bits where it has that width.
   */
  static DType asBits(DType natural, DType wanted) {
    boolean halves = wanted == DType.FLOAT16 || wanted == DType.BFLOAT16;
    boolean bits = natural == DType.INT16 ? halves : wanted == DType.UINT8;
    return bits ? wanted : natural;
  }

  /** A tensor of booleans, or of bool elements as bytes. */
  static Tensor tensor(Object flat, DType dtype, Shape shape) {
    if (flat instanceof boolean[] given) {
      byte[] bytes = new byte[given.length];
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] = (byte) (given[i] ? 1 : 0);
      }
      return tensor(bytes, dtype, dtype, shape);
    }
    return tensor(flat, dtype, dtype, shape);
  }

  /** A tensor of the raw elements in a buffer. */
  static Tensor tensor(ByteBuffer data, DType dtype, long... shape) {
    ByteBuffer left = data.duplicate().order(data.order());
    int n = left.remaining() / dtype.bytes();
    if (n * dtype.bytes() != left.remaining()) {
      throw new ShapeException(
          Messages.of("Tensor.of: the buffer does not hold a whole number of elements")
              .line("bytes", left.remaining())
              .line("dtype", dtype)
              .text());
    }
    Shape fitting = shapeOr(n, shape);
    checkLength(n, fitting);
    if (left.order() != ByteOrder.nativeOrder()) {
      Object flat = HeapStorage.newArray(dtype, n);
      HeapStorage.get(left, flat, 0, n);
      return Interpreters.root().fromHost(flat, dtype, fitting);
    }
    try {
      return Interpreters.root().fromBytes(dtype, fitting, piece -> move(left, piece));
    } catch (IOException e) {
      throw new AssertionError("Tensor.of: a buffer in memory was not read", e);
    }
  }

  private static void move(ByteBuffer from, ByteBuffer piece) {
    int count = piece.remaining();
    piece.put(from.slice(from.position(), count));
    from.position(from.position() + count);
  }

  static float[] remaining(FloatBuffer data) {
    float[] copy = new float[data.remaining()];
    data.duplicate().get(copy);
    return copy;
  }

  static double[] remaining(DoubleBuffer data) {
    double[] copy = new double[data.remaining()];
    data.duplicate().get(copy);
    return copy;
  }

  static int[] remaining(IntBuffer data) {
    int[] copy = new int[data.remaining()];
    data.duplicate().get(copy);
    return copy;
  }

  static long[] remaining(LongBuffer data) {
    long[] copy = new long[data.remaining()];
    data.duplicate().get(copy);
    return copy;
  }

  static short[] remaining(ShortBuffer data) {
    short[] copy = new short[data.remaining()];
    data.duplicate().get(copy);
    return copy;
  }

  /** The shape, or that of a vector if none is given. */
  static Shape shapeOr(int length, long... shape) {
    return shape.length == 0 ? Shape.of(length) : Shape.of(shape);
  }

  private static long[] dims(Object nested, int depth) {
    boolean list = nested instanceof List<?>;
    if (!list && !nested.getClass().isArray()) {
      return new long[depth];
    }
    int length = list ? ((List<?>) nested).size() : Array.getLength(nested);
    long[] dims;
    if (length > 0) {
      dims = dims(Checks.notNull(part(nested, 0), "Tensor.of", "an element"), depth + 1);
    } else {
      dims = new long[depth + Math.max(1, arrayDepth(nested.getClass()))];
    }
    dims[depth] = length;
    return dims;
  }

  private static int arrayDepth(Class<?> type) {
    Class<?> component = type.getComponentType();
    return component == null ? 0 : 1 + arrayDepth(component);
  }

  private static @Nullable Object part(Object nested, int i) {
    return nested instanceof List<?> list ? list.get(i) : Array.get(nested, i);
  }

  /** The type of the elements; null if there is none and the arrays do not say. */
  private static @Nullable DType natural(@Nullable Object nested) {
    if (nested == null) {
      throw new ArgumentException("Tensor.of: an element must not be null");
    }
    DType direct = ofClass(leaf(nested.getClass()));
    if (direct != null) {
      return direct;
    }
    if (!(nested instanceof List<?>) && !nested.getClass().isArray()) {
      throw new ArgumentException(
          Messages.of("Tensor.of: a " + nested.getClass().getName() + " is no number")
              .hint("give numbers, booleans, or arrays or lists of them")
              .text());
    }
    DType joined = null;
    int length = nested instanceof List<?> list ? list.size() : Array.getLength(nested);
    for (int i = 0; i < length; i++) {
      DType part = natural(part(nested, i));
      joined = joined == null || part == null ? part : joined.join(part);
    }
    return joined;
  }

  /** The type within all levels of arrays. */
  private static Class<?> leaf(Class<?> type) {
    Class<?> component = type.getComponentType();
    return component == null ? type : leaf(component);
  }

  /** A tensor of what remains in a buffer. */
  private static Tensor tensor(Buffer data, @Nullable DType wanted) {
    if (data instanceof FloatBuffer b) {
      return tensor(remaining(b), wanted);
    } else if (data instanceof DoubleBuffer b) {
      return tensor(remaining(b), wanted);
    } else if (data instanceof IntBuffer b) {
      return tensor(remaining(b), wanted);
    } else if (data instanceof LongBuffer b) {
      return tensor(remaining(b), wanted);
    } else if (data instanceof ShortBuffer b) {
      return tensor(remaining(b), wanted);
    } else if (data instanceof ByteBuffer b) {
      return tensor(b, wanted == null ? DType.INT8 : wanted, new long[0]);
    }
    throw new ArgumentException("Tensor.of: a buffer of " + data.getClass() + " has no numbers");
  }

  private static @Nullable DType ofClass(Class<?> type) {
    if (type == float.class || type == Float.class) {
      return DType.FLOAT32;
    } else if (type == double.class || type == Double.class) {
      return DType.FLOAT64;
    } else if (type == int.class || type == Integer.class) {
      return DType.INT32;
    } else if (type == long.class || type == Long.class) {
      return DType.INT64;
    } else if (type == boolean.class || type == Boolean.class) {
      return DType.BOOL;
    } else if (type == byte.class || type == Byte.class) {
      return DType.INT8;
    } else if (type == short.class || type == Short.class) {
      return DType.INT16;
    }
    return null;
  }

  /** Copies the elements in order from {@code at} on; returns the place behind the last. */
  private static int fill(
      @Nullable Object nested, Object flat, DType dtype, int at, Shape shape, int axis) {
    boolean list = nested instanceof List<?>;
    if (nested == null || (!list && !nested.getClass().isArray())) {
      if (nested == null || axis != shape.rank()) {
        throw ragged(shape, nested);
      }
      put(flat, dtype, at, nested);
      return at + 1;
    }
    int length = list ? ((List<?>) nested).size() : Array.getLength(nested);
    if (axis >= shape.rank() || length != shape.rawDims()[axis]) {
      throw ragged(shape, nested);
    }
    if (!list && nested.getClass() == flat.getClass()) {
      System.arraycopy(nested, 0, flat, at, length);
      return at + length;
    }
    int next = at;
    for (int i = 0; i < length; i++) {
      next = fill(part(nested, i), flat, dtype, next, shape, axis + 1);
    }
    return next;
  }

  private static void put(Object flat, DType dtype, int at, Object value) {
    if (value instanceof Boolean b) {
      putLong(flat, dtype, at, b ? 1 : 0);
    } else if (value instanceof Double || value instanceof Float) {
      putDouble(flat, dtype, at, ((Number) value).doubleValue());
    } else {
      putLong(flat, dtype, at, ((Number) value).longValue());
    }
  }

  private static ShapeException ragged(Shape shape, @Nullable Object nested) {
    boolean array = nested != null && nested.getClass().isArray();
    return new ShapeException(
        Messages.of("Tensor.of: the nested arrays are ragged")
            .line("shape of the first elements", shape)
            .line("does not fit", array ? "an array of " + Array.getLength(nested) : nested)
            .hint("all arrays at one depth need the same length")
            .text());
  }

  // ---- conversion -------------------------------------------------------------------------------

  /** The same numbers for another element type; integers must be whole and in range. */
  static Object convert(Object flat, DType from, DType to) {
    int n = Array.getLength(flat);
    Object out = HeapStorage.newArray(to, n);
    if (from.isFloat()) {
      IntToDoubleFunction read = doubles(flat, from);
      for (int i = 0; i < n; i++) {
        putDouble(out, to, i, read.applyAsDouble(i));
      }
    } else {
      IntToLongFunction read = longs(flat, from);
      for (int i = 0; i < n; i++) {
        putLong(out, to, i, read.applyAsLong(i));
      }
    }
    return out;
  }

  private static void putDouble(Object out, DType to, int i, double v) {
    if (to.isInteger()) {
      Checks.fits("Tensor.of", v, to);
      putLong(out, to, i, (long) v);
      return;
    }
    switch (to) {
      case BOOL -> ((byte[]) out)[i] = (byte) (v != 0 ? 1 : 0);
      case FLOAT16 -> ((short[]) out)[i] = HalfPrecision.toFloat16(v);
      case BFLOAT16 -> ((short[]) out)[i] = HalfPrecision.toBfloat16(v);
      case FLOAT32 -> ((float[]) out)[i] = (float) v;
      case FLOAT64 -> ((double[]) out)[i] = v;
      case UINT8, INT8, INT16, INT32, INT64 -> throw new AssertionError(to);
    }
  }

  private static void putLong(Object out, DType to, int i, long v) {
    if (to.isInteger() && !Checks.inRange(v, to)) {
      throw new DTypeException("Tensor.of: " + to + " cannot hold " + v);
    }
    switch (to) {
      case BOOL -> ((byte[]) out)[i] = (byte) (v != 0 ? 1 : 0);
      case UINT8, INT8 -> ((byte[]) out)[i] = (byte) v;
      case INT16 -> ((short[]) out)[i] = (short) v;
      case INT32 -> ((int[]) out)[i] = (int) v;
      case INT64 -> ((long[]) out)[i] = v;
      case FLOAT16 -> ((short[]) out)[i] = HalfPrecision.toFloat16((double) v);
      case BFLOAT16 -> ((short[]) out)[i] = HalfPrecision.toBfloat16((double) v);
      case FLOAT32 -> ((float[]) out)[i] = (float) v;
      case FLOAT64 -> ((double[]) out)[i] = (double) v;
    }
  }

  /** Reads elements of a flat array as double. */
  static IntToDoubleFunction doubles(Object flat, DType dtype) {
    return switch (dtype) {
      case FLOAT16 -> i -> HalfPrecision.fromFloat16(((short[]) flat)[i]);
      case BFLOAT16 -> i -> HalfPrecision.fromBfloat16(((short[]) flat)[i]);
      case FLOAT32 -> i -> ((float[]) flat)[i];
      case FLOAT64 -> i -> ((double[]) flat)[i];
      case BOOL, UINT8, INT8, INT16, INT32, INT64 -> {
        IntToLongFunction whole = longs(flat, dtype);
        yield i -> (double) whole.applyAsLong(i);
      }
    };
  }

  /** Reads elements of a flat array of integers or bool as long. */
  static IntToLongFunction longs(Object flat, DType dtype) {
    return switch (dtype) {
      case BOOL -> {
        // A boolean[] comes from the user, a byte[] from storage.
        yield flat instanceof boolean[] b
            ? i -> b[i] ? 1 : 0
            : i -> ((byte[]) flat)[i] != 0 ? 1 : 0;
      }
      case UINT8 -> i -> ((byte[]) flat)[i] & 0xFF;
      case INT8 -> i -> ((byte[]) flat)[i];
      case INT16 -> i -> ((short[]) flat)[i];
      case INT32 -> i -> ((int[]) flat)[i];
      case INT64 -> i -> ((long[]) flat)[i];
      case FLOAT16, BFLOAT16, FLOAT32, FLOAT64 -> throw new AssertionError(dtype);
    };
  }
}
