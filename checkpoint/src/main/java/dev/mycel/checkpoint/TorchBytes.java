package dev.mycel.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Bytes by position: a file, or what was inflated from a part of it. */
interface TorchBytes {
  /** How many there are. */
  long size();

  /** Fills the buffer from that position on; the bytes must reach so far. */
  void read(ByteBuffer into, long position) throws IOException;

  /** {@code length} bytes of these from {@code start} on. */
  default TorchBytes slice(long start, long length) {
    TorchBytes whole = this;
    return new TorchBytes() {
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

  /** Bytes in memory. */
  static TorchBytes of(byte[] bytes) {
    return new TorchBytes() {
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
