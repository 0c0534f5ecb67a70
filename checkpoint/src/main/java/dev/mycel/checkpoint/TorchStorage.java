package dev.mycel.checkpoint;

import java.io.IOException;
import java.lang.ref.SoftReference;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/** Where the content of a storage lies in a file. */
abstract sealed class TorchStorage {
  private final String name;
  private final long offset;

  private TorchStorage(String name, long offset) {
    this.name = name;
    this.offset = offset;
  }

  /** What to call it in messages. */
  final String name() {
    return name;
  }

  /** Where it begins, for messages. */
  final long offset() {
    return offset;
  }

  /** Its bytes, of which some will be read that may not be those that were saved. */
  abstract ByteSource unchecked() throws IOException;

  /** Its bytes, which were compared with their check sum if there is one. */
  abstract ByteSource checked() throws IOException;

  /** Whether all bytes should be given to a check sum when they are read. */
  boolean wantsCrc() {
    return false;
  }

  /** Takes the check sum of all bytes. */
  void checkCrc(CRC32 crc) {}

  /** A storage in a file of the format before zip, which has no check sums. */
  static final class Plain extends TorchStorage {
    private final ByteSource bytes;

    Plain(String key, long offset, ByteSource bytes) {
      super(key, offset);
      this.bytes = bytes;
    }

    @Override
    ByteSource unchecked() {
      return bytes;
    }

    @Override
    ByteSource checked() {
      return bytes;
    }
  }

  /** An entry of an archive. */
  static final class Zipped extends TorchStorage {
    private final ZipDirectory zip;
    private final ZipDirectory.Entry entry;
    private volatile boolean verified;
    private volatile @Nullable SoftReference<ByteSource> inflated;

    Zipped(ZipDirectory zip, ZipDirectory.Entry entry) {
      super(entry.name(), entry.start());
      this.zip = zip;
      this.entry = entry;
    }

    /** What was inflated is kept as long as memory is not short: views of it follow. */
    @Override
    ByteSource unchecked() throws IOException {
      SoftReference<ByteSource> before = inflated;
      ByteSource kept = before == null ? null : before.get();
      if (kept != null) {
        return kept;
      }
      ByteSource content = zip.content(entry);
      inflated = new SoftReference<>(content);
      return content;
    }

    @Override
    ByteSource checked() throws IOException {
      ByteSource content = unchecked();
      if (!verified) {
        zip.verify(entry, content);
        verified = true;
      }
      return content;
    }

    @Override
    boolean wantsCrc() {
      return !verified && ZipDirectory.hasCrc(entry);
    }

    @Override
    void checkCrc(CRC32 crc) {
      zip.checkCrc(entry, crc.getValue());
      verified = true;
    }
  }
}
