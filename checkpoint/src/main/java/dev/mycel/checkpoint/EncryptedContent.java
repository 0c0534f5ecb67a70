package dev.mycel.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The plain bytes of an encrypted file by position. One chunk is held decrypted: what is read in
 * order is decrypted once.
 */
final class EncryptedContent extends Trailer.Content {
  /** Blocks of the size that MindSpore writes would fill 16 TiB. */
  private static final int MOST_BLOCKS = 1 << 18;

  private final List<EncryptedBlock> blocks;
  private byte[] plain = new byte[0];
  private long heldFrom;
  private int held;

  private EncryptedContent(FileChannel channel, long size, List<EncryptedBlock> blocks) {
    super(channel, size);
    this.blocks = blocks;
  }

  /** The mode that a file is encrypted with, or null if it is not. */
  static Encryption.@Nullable Mode modeOf(Trailer.Content file) throws IOException {
    if (file.size() < Integer.BYTES) {
      return null;
    }
    ByteBuffer start = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    file.read(start, 0);
    return CipherBlock.mode(start.getInt(0));
  }

  /**
   * The content as it is if no key is given and none is needed, else its plain bytes.
   *
   * @throws CheckpointException if the key does not fit the file, or its blocks are damaged
   */
  static Trailer.Content plain(Trailer.Content file, @Nullable Encryption by, Problems problems)
      throws IOException {
    Encryption.Mode mode = modeOf(file);
    if (mode == null) {
      if (by != null) {
        throw problems.of(
            "a key was given, but the file is not encrypted",
            "open it without a key if it may be what anybody wrote");
      }
      return file;
    }
    return of(file, fitting(mode, by, problems), problems);
  }

  /** The key, if it is one for that mode. */
  private static Encryption fitting(
      Encryption.Mode mode, @Nullable Encryption by, Problems problems) {
    if (mode == Encryption.Mode.SM4) {
      throw problems.of(
          "the file is encrypted with SM4-CBC, which is not supported: the JDK has no SM4",
          "load it with MindSpore and save it again with AES-GCM");
    }
    String right = "Encryption.of(\"" + mode.label() + "\", key)";
    if (by == null) {
      throw problems.of(
          "the file is encrypted with " + mode.label() + ", and no key was given",
          "give it: " + right + " in LoadOptions.decrypt or Checkpoints.open");
    }
    if (by.how() != mode) {
      throw problems.of(
          "the file is encrypted with " + mode.label() + ", the key is for " + by.mode(),
          "give the key with the file's mode: " + right);
    }
    return by;
  }

  private static EncryptedContent of(Trailer.Content file, Encryption by, Problems problems)
      throws IOException {
    List<EncryptedBlock> blocks = new ArrayList<>();
    long start = 0;
    for (long at = 0; at < file.size(); ) {
      if (blocks.size() == MOST_BLOCKS) {
        throw problems.damaged(at, "there are more than " + MOST_BLOCKS + " encrypted blocks");
      }
      EncryptedBlock block = EncryptedBlock.of(file, by, problems, at, start);
      blocks.add(block);
      start += block.plain();
      at = block.end();
    }
    return new EncryptedContent(file.channel(), start, blocks);
  }

  @Override
  synchronized void read(ByteBuffer into, long position) throws IOException {
    long at = position;
    while (into.hasRemaining()) {
      if (at >= size()) {
        throw new IOException("the content ends before what is read");
      }
      hold(at);
      int within = (int) (at - heldFrom);
      int n = Math.min(into.remaining(), held - within);
      into.put(plain, within, n);
      at += n;
    }
  }

  /** Decrypts the chunk that holds a position, which is then the one that is held. */
  private void hold(long position) throws IOException {
    EncryptedBlock block = blockOf(position);
    int number = (int) ((position - block.start()) / EncryptedBlock.CHUNK);
    long from = block.start() + (long) number * EncryptedBlock.CHUNK;
    if (held > 0 && from == heldFrom) {
      return;
    }
    held = 0;
    int room = Math.min(EncryptedBlock.CHUNK, block.plain() + CipherBlock.UNIT);
    if (plain.length < room) {
      plain = new byte[room];
    }
    held = block.chunk(number, plain);
    heldFrom = from;
  }

  private EncryptedBlock blockOf(long position) {
    int low = 0;
    int high = blocks.size() - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (blocks.get(middle).start() <= position) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return blocks.get(low);
  }
}
