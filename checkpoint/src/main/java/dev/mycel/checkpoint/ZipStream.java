package dev.mycel.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of an archive's entry from the first to the last, inflated if they are compressed. With
 * the last one the check sum is compared, and that a compressed entry ends there.
 */
final class ZipStream implements StoredTensors.Content, AutoCloseable {
  /** What is read of the file at a time. */
  private static final int INPUT = 1 << 16;

  private final ZipDirectory zip;
  private final ByteSource file;
  private final ZipDirectory.Entry entry;
  private final @Nullable CRC32 crc;
  private final @Nullable Inflater inflater;
  private final ByteBuffer input;
  private ByteBuffer block = ByteBuffer.allocate(0);
  private long at;
  private long done;

  /**
   * Begins at the first byte.
   *
   * @param checked whether the check sum is compared
   */
  ZipStream(ZipDirectory zip, ByteSource file, ZipDirectory.Entry entry, boolean checked) {
    this.zip = zip;
    this.file = file;
    this.entry = entry;
    crc = checked ? new CRC32() : null;
    inflater = entry.isCompressed() ? new Inflater(true) : null;
    input = ByteBuffer.allocate(entry.isCompressed() ? (int) Math.min(INPUT, entry.packed()) : 0);
    at = entry.start();
  }

  @Override
  public ByteBuffer next(int bytes) throws IOException {
    if (block.capacity() < bytes) {
      block = ByteBuffer.allocate(bytes);
    }
    block.clear().limit(bytes);
    read(block);
    return block.flip();
  }

  /** Fills a buffer on the heap with the next bytes, of which there must be so many. */
  void read(ByteBuffer into) throws IOException {
    int from = into.position();
    if (into.remaining() > entry.size() - done) {
      throw new IllegalStateException("checkpoint: bytes behind an entry of an archive");
    }
    if (inflater != null) {
      inflate(inflater, into);
    } else {
      file.read(into, at);
      at += into.position() - from;
    }
    done += into.position() - from;
    if (crc != null) {
      crc.update(into.duplicate().flip().position(from));
    }
    if (done == entry.size()) {
      finish();
    }
  }

  private void inflate(Inflater from, ByteBuffer into) throws IOException {
    int start = into.position();
    try {
      while (into.hasRemaining()) {
        if (from.inflate(into) > 0) {
          continue;
        }
        if (from.finished()) {
          long end = done + into.position() - start;
          throw zip.damaged(entry, "the entry inflates to " + end + " bytes, not " + entry.size());
        }
        feed(from);
      }
    } catch (DataFormatException e) {
      throw damaged(e);
    }
  }

  private void feed(Inflater to) throws IOException {
    if (to.needsDictionary() || at == entry.end()) {
      throw zip.damaged(entry, "the compressed entry is cut off");
    }
    input.clear().limit((int) Math.min(input.capacity(), entry.end() - at));
    file.read(input, at);
    at += input.position();
    to.setInput(input.flip());
  }

  private void finish() throws IOException {
    if (inflater != null) {
      finishInflating(inflater);
    }
    if (crc != null) {
      zip.compareCrc(entry, crc.getValue());
    }
  }

  /** The end is seen only by asking for more. */
  private void finishInflating(Inflater from) throws IOException {
    byte[] beyond = new byte[1];
    try {
      while (!from.finished()) {
        if (from.inflate(beyond) > 0) {
          throw zip.damaged(entry, "the entry inflates to more than " + entry.size() + " bytes");
        }
        if (!from.finished()) {
          feed(from);
        }
      }
    } catch (DataFormatException e) {
      throw damaged(e);
    }
    if (at - from.getRemaining() != entry.end()) {
      throw zip.damaged(entry, "bytes follow the end of the compressed entry");
    }
  }

  private CheckpointException damaged(DataFormatException cause) {
    CheckpointException bad = zip.damaged(entry, "the compressed entry is damaged");
    bad.initCause(cause);
    return bad;
  }

  /** Gives up the memory of zlib. */
  @Override
  public void close() {
    if (inflater != null) {
      inflater.end();
    }
  }
}
