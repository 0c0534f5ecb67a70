package dev.mycel.checkpoint;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32;

/**
 * The optional end of a file: {@code crc_num} and the CRC-32 of all bytes before, as ten bytes, the
 * highest first.
 */
final class Trailer {
  static final int BYTES = 17;

  private static final byte[] MARK = "crc_num".getBytes(StandardCharsets.US_ASCII);

  private Trailer() {}

  static void write(OutputStream out, long crc) throws IOException {
    out.write(ByteBuffer.allocate(BYTES).put(MARK).putShort((short) 0).putLong(crc).array());
  }

  /** Length of the file without its trailer, if it has one. */
  static long contentEnd(Content content) throws IOException {
    long size = content.size();
    if (size < BYTES) {
      return size;
    }
    byte[] end = new byte[MARK.length];
    content.read(ByteBuffer.wrap(end), size - BYTES);
    return Arrays.equals(end, MARK) ? size - BYTES : size;
  }

  /** Refuses the file if its check sum is another than that of its bytes. */
  static void verify(Content content, long end, Problems problems) throws IOException {
    ByteBuffer stored = ByteBuffer.allocate(BYTES - MARK.length);
    content.read(stored, end + MARK.length);
    CRC32 crc = new CRC32();
    ByteBuffer block = ByteBuffer.allocateDirect(Elements.BLOCK);
    for (long at = 0; at < end; at += block.limit()) {
      block.clear().limit((int) Math.min(block.capacity(), end - at));
      content.read(block, at);
      crc.update(block.flip());
    }
    stored.flip();
    if (stored.getShort() != 0 || stored.getLong() != crc.getValue()) {
      throw problems.at(
          end,
          "the check sum is not that of the content",
          "the file is damaged: copy or save it again");
    }
  }

  /** Bytes of a file by position. */
  static class Content {
    private final FileChannel channel;
    private final long size;

    Content(FileChannel channel, long size) {
      this.channel = channel;
      this.size = size;
    }

    final FileChannel channel() {
      return channel;
    }

    /** How many bytes there are. */
    final long size() {
      return size;
    }

    /** Fills the buffer from that position on; the file must reach so far. */
    void read(ByteBuffer into, long position) throws IOException {
      long at = position;
      while (into.hasRemaining()) {
        int n = channel.read(into, at);
        if (n < 0) {
          throw new IOException("the file became shorter while it was read");
        }
        at += n;
      }
    }
  }
}
