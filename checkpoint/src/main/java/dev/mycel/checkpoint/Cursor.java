package dev.mycel.checkpoint;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/**
 * Reads protobuf fields of a file by 64-bit positions. {@link CodedInputStream} counts in ints, so
 * a new one is opened behind every large content, which is not read here.
 */
final class Cursor {
  private static final int BUFFER = 8192;

  private final Trailer.Content content;
  private final Problems problems;
  private final long fileEnd;
  private long base;
  private CodedInputStream in;

  Cursor(Trailer.Content content, long end, Problems problems) {
    this.content = content;
    this.problems = problems;
    this.fileEnd = end;
    in = open(0);
  }

  private CodedInputStream open(long position) {
    base = position;
    return CodedInputStream.newInstance(new Range(content, position, fileEnd), BUFFER);
  }

  /** Position of the next byte. */
  long offset() {
    return base + in.getTotalBytesRead();
  }

  /** Goes on at another position. */
  void jump(long position) {
    long ahead = position - offset();
    if (ahead == 0) {
      return;
    }
    in = open(position);
  }

  /** The next field's number and wire type. */
  int tag() throws IOException {
    if (in.getTotalBytesRead() > (1 << 24)) {
      in = open(offset());
    }
    return in.readTag();
  }

  long varint() throws IOException {
    return in.readRawVarint64();
  }

  /** The length of a field, which must end within the message around it. */
  long length(long end, String what) throws IOException {
    long at = offset();
    long length = in.readRawVarint64();
    long left = end - offset();
    if (length < 0 || length > left) {
      throw problems.damaged(
          at,
          what + " says it has " + Long.toUnsignedString(length) + " bytes, " + left + " are left");
    }
    return length;
  }

  byte[] bytes(int length) throws IOException {
    return in.readRawBytes(length);
  }

  /** Passes over a field that the format does not know. */
  void skip(int tag, long end) throws IOException {
    switch (WireFormat.getTagWireType(tag)) {
      case WireFormat.WIRETYPE_VARINT -> in.readRawVarint64();
      case WireFormat.WIRETYPE_FIXED32 -> in.readRawLittleEndian32();
      case WireFormat.WIRETYPE_FIXED64 -> in.readRawLittleEndian64();
      case WireFormat.WIRETYPE_LENGTH_DELIMITED -> {
        long length = length(end, "an unknown field");
        jump(offset() + length);
      }
      default -> throw problems.damaged(offset(), "a field has a wire type that is not used");
    }
  }

  /** Part of a file as a stream. */
  private static final class Range extends InputStream {
    private final Trailer.Content content;
    private final long end;
    private long at;

    Range(Trailer.Content content, long from, long end) {
      this.content = content;
      this.at = from;
      this.end = end;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
      int n = (int) Math.min(length, end - at);
      if (n <= 0) {
        return length == 0 ? 0 : -1;
      }
      content.read(ByteBuffer.wrap(into, from, n), at);
      at += n;
      return n;
    }
  }
}
