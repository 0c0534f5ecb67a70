package dev.mycel.checkpoint;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Blocks of elements, and their bytes with the lowest first. */
final class Elements {
  /** Bytes that are moved at a time; a multiple of every element's size. */
  static final int BLOCK = 1 << 20;

  private Elements() {}

  /** A buffer for one block. */
  static ByteBuffer block(long bytes) {
    return ByteBuffer.allocate((int) Math.min(BLOCK, bytes)).order(ByteOrder.LITTLE_ENDIAN);
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
}
