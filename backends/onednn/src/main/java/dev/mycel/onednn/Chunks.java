package dev.mycel.onednn;

import dev.mycel.core.DType;
import dev.mycel.core.HalfPrecision;
import dev.mycel.core.spi.Buffer;

/**
 * Float32 elements of a dense buffer, a piece at a time, in Java arrays: loops over arrays become
 * vector instructions, loops over native memory do not.
 */
final class Chunks {
  /** Elements of a piece: four of them fit in the first-level cache. */
  static final int SIZE = 2048;

  private Chunks() {}

  /** Copies elements {@code from} and following, counted in memory order. */
  static void read(Buffer b, long from, float[] to, int count) {
    read(b, from, to, 0, count);
  }

  static void read(Buffer b, long from, Object to, int at, int count) {
    long position = b.layout().offset() + from;
    if (b.storage() instanceof NativeStorage s) {
      s.read(position, to, at, count);
    } else {
      System.arraycopy(b.array(), (int) position, to, at, count);
    }
  }

  /** Copies to elements {@code from} and following. */
  static void write(Buffer b, long from, float[] data, int count) {
    write(b, from, data, 0, count);
  }

  static void write(Buffer b, long from, Object data, int at, int count) {
    long position = b.layout().offset() + from;
    if (b.storage() instanceof NativeStorage s) {
      s.write(position, data, at, count);
    } else {
      System.arraycopy(data, at, b.array(), (int) position, count);
    }
  }

  /** Room for elements of a half type; none for float32. */
  static short[] narrow(DType t, int count) {
    return new short[t == DType.FLOAT32 ? 0 : count];
  }

  /** Reads elements of float32 or a half type as float32. */
  static void readWide(Buffer b, long from, float[] to, short[] narrow, int count) {
    if (b.dtype() == DType.FLOAT32) {
      read(b, from, to, count);
      return;
    }
    read(b, from, narrow, 0, count);
    if (b.dtype() == DType.BFLOAT16) {
      for (int i = 0; i < count; i++) {
        to[i] = HalfPrecision.fromBfloat16(narrow[i]);
      }
    } else {
      for (int i = 0; i < count; i++) {
        to[i] = HalfPrecision.fromFloat16(narrow[i]);
      }
    }
  }

  /** Writes float32 elements as the buffer's type, rounded to nearest. */
  static void writeNarrow(Buffer b, long from, float[] data, short[] narrow, int count) {
    if (b.dtype() == DType.FLOAT32) {
      write(b, from, data, count);
      return;
    }
    if (b.dtype() == DType.BFLOAT16) {
      for (int i = 0; i < count; i++) {
        narrow[i] = HalfPrecision.toBfloat16(data[i]);
      }
    } else {
      for (int i = 0; i < count; i++) {
        narrow[i] = HalfPrecision.toFloat16(data[i]);
      }
    }
    write(b, from, narrow, 0, count);
  }
}
