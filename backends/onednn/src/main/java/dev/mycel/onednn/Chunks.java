package dev.mycel.onednn;

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
}
