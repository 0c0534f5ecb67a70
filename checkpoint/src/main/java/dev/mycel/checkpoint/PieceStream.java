package dev.mycel.checkpoint;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.util.zip.CRC32;

/**
 * A stream that takes buffers as they are beside arrays, so that content goes from a tensor's
 * memory to the file without an array between.
 */
abstract sealed class PieceStream extends OutputStream {
  private static final int BUFFER = 1 << 16;

  private PieceStream() {}

  /** Writes what remains in the buffer. */
  abstract void write(ByteBuffer piece) throws IOException;

  @Override
  public final void write(byte[] bytes, int from, int count) throws IOException {
    write(ByteBuffer.wrap(bytes, from, count));
  }

  /** Writes what remains in the buffer to a stream of any kind. */
  static void write(OutputStream out, ByteBuffer piece) throws IOException {
    if (out instanceof PieceStream pieces) {
      pieces.write(piece);
      return;
    }
    byte[] part = new byte[Math.min(BUFFER, piece.remaining())];
    while (piece.hasRemaining()) {
      int count = Math.min(part.length, piece.remaining());
      piece.get(part, 0, count);
      out.write(part, 0, count);
    }
  }

  /** A stream into a channel, which collects what is small. */
  static PieceStream to(WritableByteChannel channel) {
    return new ToChannel(channel);
  }

  /** A stream into a file that is empty yet, which collects what is small. */
  static ToFile to(FileChannel file) {
    return new ToFile(file);
  }

  /** A stream that hands everything on and counts it into a check sum. */
  static PieceStream checked(OutputStream out, CRC32 crc) {
    return new Checked(out, crc);
  }

  private static sealed class ToChannel extends PieceStream {
    private final WritableByteChannel channel;
    private final ByteBuffer small = ByteBuffer.allocateDirect(BUFFER);

    ToChannel(WritableByteChannel channel) {
      this.channel = channel;
    }

    @Override
    public void write(int b) throws IOException {
      if (!small.hasRemaining()) {
        flush();
      }
      small.put((byte) b);
    }

    @Override
    void write(ByteBuffer piece) throws IOException {
      if (piece.remaining() > small.remaining()) {
        flush();
      }
      if (piece.remaining() <= small.remaining()) {
        small.put(piece);
        return;
      }
      while (piece.hasRemaining()) {
        channel.write(piece);
      }
    }

    @Override
    public void flush() throws IOException {
      small.flip();
      while (small.hasRemaining()) {
        channel.write(small);
      }
      small.clear();
    }
  }

  /** What was written may be changed afterwards. */
  static final class ToFile extends ToChannel {
    private final FileChannel file;

    private ToFile(FileChannel file) {
      super(file);
      this.file = file;
    }

    /** Puts bytes in place of others that were written before. */
    void overwrite(long position, byte[] bytes) throws IOException {
      flush();
      ByteBuffer from = ByteBuffer.wrap(bytes);
      while (from.hasRemaining()) {
        file.write(from, position + from.position());
      }
    }
  }

  private static final class Checked extends PieceStream {
    private final OutputStream out;
    private final CRC32 crc;

    Checked(OutputStream out, CRC32 crc) {
      this.out = out;
      this.crc = crc;
    }

    @Override
    public void write(int b) throws IOException {
      out.write(b);
      crc.update(b);
    }

    @Override
    void write(ByteBuffer piece) throws IOException {
      crc.update(piece.duplicate());
      write(out, piece);
    }

    @Override
    public void flush() throws IOException {
      out.flush();
    }
  }
}
