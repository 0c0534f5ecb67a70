package dev.mycel.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Bytes by position: a file, or what was inflated from a part of it. */
interface ByteSource {
  /** How many there are. */
  long size();

  /** Fills the buffer from that position on; the bytes must reach so far. */
  void read(ByteBuffer into, long position) throws IOException;

  /** {@code length} bytes of these from {@code start} on. */
  default ByteSource slice(long start, long length) {
    ByteSource whole = this;
    return new ByteSource() {
      @Override
      public long size() {
        return length;
      }

      @Override
      public void read(ByteBuffer into, long position) throws IOException {
        if (position < 0 || position > length - into.remaining()) {
          throw new IllegalStateException("checkpoint: bytes outside of a part of the file");
        }
        whole.read(into, start + position);
      }
    };
  }

  /** The bytes of a file. */
  static ByteSource of(Trailer.Content content) {
    return new ByteSource() {
      @Override
      public long size() {
        return content.size();
      }

      @Override
      public void read(ByteBuffer into, long position) throws IOException {
        content.read(into, position);
      }
    };
  }

  /** Bytes in memory. */
  static ByteSource of(byte[] bytes) {
    return new ByteSource() {
      @Override
      public long size() {
        return bytes.length;
      }

      @Override
      public void read(ByteBuffer into, long position) {
        into.put(bytes, Math.toIntExact(position), into.remaining());
      }
    };
  }
}
