package dev.mycel.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/** A content in a file, the lowest byte of an element first, that is read into any buffer. */
abstract class LittleEndianContent implements StoredTensors.Content {
  private final long size;
  private @Nullable ByteBuffer block;

  /**
   * A content.
   *
   * @param size its bytes
   */
  LittleEndianContent(long size) {
    this.size = size;
  }

  /** Fills the buffer with the next bytes. */
  abstract void read(ByteBuffer into) throws IOException;

  @Override
  public final ByteBuffer next(int bytes) throws IOException {
    ByteBuffer into = block;
    if (into == null) {
      into = Elements.block(size);
      block = into;
    }
    read(into.clear().limit(bytes));
    return into.flip();
  }

  @Override
  public final void fill(ByteBuffer into, int width) throws IOException {
    if (ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN) {
      read(into);
    } else {
      StoredTensors.Content.super.fill(into, width);
    }
  }
}
