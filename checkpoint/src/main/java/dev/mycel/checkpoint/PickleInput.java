package dev.mycel.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a pickle, read one after another. A length is compared with what is left before
 * anything is allocated for it.
 */
final class PickleInput {
  private static final int BUFFER = 8192;
  private static final String DAMAGED = "the file is damaged or was made by hand: save it again";

  private final ByteSource source;
  private final Problems problems;
  private final @Nullable String entry;
  private final long start;
  private final long end;
  private final boolean limited;
  private final ByteBuffer buffer =
      ByteBuffer.allocate(BUFFER).order(ByteOrder.LITTLE_ENDIAN).limit(0);
  private long bufferEnd;
  private long opAt;
  private String opName = "PROTO";

  /**
   * @param entry the archive's entry that these bytes are, to be named in messages
   * @param most bytes that the pickle may have; it may end before them, and before the source
   */
  PickleInput(ByteSource source, long start, long most, @Nullable String entry, Problems problems) {
    this.source = source;
    this.start = start;
    this.bufferEnd = start;
    this.limited = most < source.size() - start;
    this.end = limited ? start + most : source.size();
    this.entry = entry;
    this.problems = problems;
  }

  /** Position of the next byte. */
  long position() {
    return bufferEnd - buffer.remaining();
  }

  /** Bytes that are left. */
  long left() {
    return end - position();
  }

  /** Bytes of the whole pickle, and of what may follow it. */
  long length() {
    return end - start;
  }

  /** Where the opcode stands that is being carried out. */
  long at() {
    return opAt;
  }

  /** The next opcode. */
  PickleOp opcode() throws IOException {
    opAt = position();
    if (left() == 0) {
      throw tooShort("the pickle ends without STOP");
    }
    int code = next(1).get() & 0xff;
    PickleOp op = PickleOp.of(code);
    if (op == null) {
      throw refuse(String.format("the byte 0x%02x is no opcode of a pickle", code), DAMAGED);
    }
    opName = op.name();
    return op;
  }

  int u1() throws IOException {
    return next(1).get() & 0xff;
  }

  int u2() throws IOException {
    return next(2).getShort() & 0xffff;
  }

  int i4() throws IOException {
    return next(4).getInt();
  }

  long u4() throws IOException {
    return next(4).getInt() & 0xffffffffL;
  }

  long i8() throws IOException {
    return next(8).getLong();
  }

  /** A double, the highest byte first, as pickles have it. */
  double f8() throws IOException {
    return Double.longBitsToDouble(Long.reverseBytes(i8()));
  }

  /** That many bytes, which the pickle must still have. */
  byte[] bytes(long length) throws IOException {
    if (length < 0 || length > left()) {
      throw tooShort(
          opName
              + " announces "
              + Long.toUnsignedString(length)
              + " bytes, the pickle has "
              + left()
              + " left");
    }
    byte[] bytes = new byte[Math.toIntExact(length)];
    for (int done = 0; done < bytes.length; ) {
      int n = Math.min(BUFFER, bytes.length - done);
      next(n).get(bytes, done, n);
      done += n;
    }
    return bytes;
  }

  /** A text in UTF-8 of that many bytes. */
  String text(long length) throws IOException {
    return utf8(bytes(length));
  }

  /** The text up to the next line feed, which is left out. */
  String line(int most) throws IOException {
    byte[] line = new byte[Math.min(64, most)];
    int n = 0;
    for (byte b = next(1).get(); b != '\n'; b = next(1).get()) {
      if (n == most) {
        throw refuse("a line of " + opName + " has more than " + most + " bytes", DAMAGED);
      }
      if (n == line.length) {
        line = Arrays.copyOf(line, Math.min(most, 2 * n));
      }
      line[n++] = b;
    }
    return utf8(Arrays.copyOf(line, n));
  }

  private String utf8(byte[] bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      CheckpointException bad = refuse(opName + " has a text that is no UTF-8", DAMAGED);
      bad.initCause(e);
      throw bad;
    }
  }

  private ByteBuffer next(int n) throws IOException {
    if (buffer.remaining() < n) {
      if (left() < n) {
        throw tooShort("the pickle ends inside " + opName);
      }
      buffer.compact();
      int wanted = (int) Math.min(buffer.remaining(), end - bufferEnd);
      buffer.limit(buffer.position() + wanted);
      source.read(buffer, bufferEnd);
      bufferEnd += wanted;
      buffer.flip();
    }
    return buffer;
  }

  private CheckpointException tooShort(String what) {
    return limited
        ? refuse(
            what + ", of which " + length() + " bytes are read",
            "if it shall be longer, raise Limits.headerBytes")
        : damaged(what);
  }

  /** An error about the opcode that is being carried out. */
  CheckpointException refuse(String what, String hint) {
    return refuse(opAt, what, hint);
  }

  /** An error about a place in the pickle. */
  CheckpointException refuse(long offset, String what, String hint) {
    return entry == null
        ? problems.at(offset, what, hint)
        : problems.entry(entry, offset, what, hint);
  }

  /** An error about the opcode that is being carried out, in a pickle that no saver makes. */
  CheckpointException damaged(String what) {
    return refuse(what, DAMAGED);
  }

  /** An error about a place in a pickle that no saver makes. */
  CheckpointException damaged(long offset, String what) {
    return refuse(offset, what, DAMAGED);
  }
}
