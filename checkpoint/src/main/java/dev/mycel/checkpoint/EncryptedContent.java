package dev.mycel.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.crypto.Cipher;
import org.jspecify.annotations.Nullable;

/**
 * The plain bytes of an encrypted file by position. One block is held decrypted; what is read in
 * order is decrypted once.
 */
final class EncryptedContent extends Trailer.Content {
  /**
   * Where a block's plain bytes begin, how many they are, and where its header lies in the file.
   */
  private record Block(long start, int plain, long header, int cipherBytes) {}

  private final Trailer.Content file;
  private final Encryption by;
  private final Problems problems;
  private final List<Block> blocks;
  private int current = -1;
  private byte[] plain = new byte[0];

  private EncryptedContent(
      FileChannel channel,
      long size,
      Trailer.Content file,
      Encryption by,
      Problems problems,
      List<Block> blocks) {
    super(channel, size);
    this.file = file;
    this.by = by;
    this.problems = problems;
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
    List<Block> blocks = new ArrayList<>();
    long start = 0;
    for (long at = 0; at < file.size(); ) {
      Block block = block(file, by, problems, at, start);
      blocks.add(block);
      start += block.plain;
      at += CipherBlock.headerBytes(by.how()) + block.cipherBytes;
    }
    return new EncryptedContent(file.channel(), start, file, by, problems, blocks);
  }

  /** The block whose header lies at that offset; every length is compared with what is there. */
  private static Block block(
      Trailer.Content file, Encryption by, Problems problems, long at, long start)
      throws IOException {
    int headerBytes = CipherBlock.headerBytes(by.how());
    long left = file.size() - at - headerBytes;
    if (left < 0) {
      throw problems.damaged(at, "the file ends within the header of an encrypted block");
    }
    ByteBuffer header = header(file, by, at);
    int magic = header.getInt();
    header.position(header.position() + CipherBlock.tagBytes(by.how()));
    int length = header.getInt();
    int ivLength = header.getInt();
    header.position(header.position() + CipherBlock.UNIT);
    int cipherBytes = header.getInt();
    if (magic != by.how().magic() || ivLength != CipherBlock.UNIT) {
      throw problems.damaged(at, "the header of an encrypted block is none");
    }
    if (cipherBytes < 1
        || cipherBytes > left
        || cipherBytes > CipherBlock.PLAIN + CipherBlock.UNIT) {
      throw problems.damaged(
          at, "an encrypted block says it has " + cipherBytes + " bytes, " + left + " are left");
    }
    if (length != 2 * Integer.BYTES + CipherBlock.UNIT + cipherBytes) {
      throw problems.damaged(at, "the lengths of an encrypted block contradict each other");
    }
    boolean gcm = by.how() == Encryption.Mode.GCM;
    int plain = gcm ? cipherBytes : cipherBytes - padding(file, by, problems, at, cipherBytes);
    return new Block(start, plain, at, cipherBytes);
  }

  private static ByteBuffer header(Trailer.Content file, Encryption by, long at)
      throws IOException {
    ByteBuffer header =
        ByteBuffer.allocate(CipherBlock.headerBytes(by.how())).order(ByteOrder.LITTLE_ENDIAN);
    file.read(header, at);
    return header.flip();
  }

  /** How many bytes fill the last unit, which the unit before it suffices to decrypt. */
  private static int padding(
      Trailer.Content file, Encryption by, Problems problems, long at, int cipherBytes)
      throws IOException {
    if (cipherBytes % CipherBlock.UNIT != 0) {
      throw problems.damaged(
          at, "an encrypted block has " + cipherBytes + " bytes, no multiple of 16");
    }
    long end = at + CipherBlock.headerBytes(by.how()) + cipherBytes;
    byte[] before = new byte[CipherBlock.UNIT];
    byte[] last = new byte[CipherBlock.UNIT];
    boolean only = cipherBytes == CipherBlock.UNIT;
    // The vector lies before the length of the cipher text.
    long from = end - 2L * CipherBlock.UNIT - (only ? Integer.BYTES : 0);
    file.read(ByteBuffer.wrap(before), from);
    file.read(ByteBuffer.wrap(last), end - CipherBlock.UNIT);
    try {
      byte[] plain =
          CipherBlock.cipher(by, "AES/CBC/NoPadding", Cipher.DECRYPT_MODE, before).doFinal(last);
      int padding = plain[CipherBlock.UNIT - 1];
      boolean right = padding >= 1 && padding <= CipherBlock.UNIT;
      for (int i = 2; right && i <= padding; i++) {
        right = plain[CipherBlock.UNIT - i] == padding;
      }
      if (!right) {
        throw wrongKey(problems, at, null);
      }
      return padding;
    } catch (GeneralSecurityException e) {
      throw new IOException("this JVM cannot decrypt " + by.mode(), e);
    }
  }

  private static CheckpointException wrongKey(
      Problems problems, long at, @Nullable GeneralSecurityException cause) {
    CheckpointException wrong =
        problems.at(
            at,
            "a block cannot be decrypted with this key",
            "the key is another one, or the file was changed since it was encrypted");
    if (cause != null) {
      wrong.initCause(cause);
    }
    return wrong;
  }

  @Override
  synchronized void read(ByteBuffer into, long position) throws IOException {
    long at = position;
    while (into.hasRemaining()) {
      if (at >= size()) {
        throw new IOException("the content ends before what is read");
      }
      Block block = decrypted(at);
      int within = (int) (at - block.start);
      int n = Math.min(into.remaining(), block.plain - within);
      into.put(plain, within, n);
      at += n;
    }
  }

  /** The block that holds a position, which is then the one that is held decrypted. */
  private Block decrypted(long position) throws IOException {
    int low = 0;
    int high = blocks.size() - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (blocks.get(middle).start <= position) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    Block block = blocks.get(low);
    if (current != low) {
      current = -1;
      plain = new byte[0]; // so that there is place for the next one
      plain = decrypt(block);
      current = low;
    }
    return block;
  }

  private byte[] decrypt(Block block) throws IOException {
    ByteBuffer header = header(file, by, block.header);
    int tagBytes = CipherBlock.tagBytes(by.how());
    byte[] tag = new byte[tagBytes];
    byte[] iv = new byte[CipherBlock.UNIT];
    header.position(Integer.BYTES).get(tag);
    header.position(header.position() + 2 * Integer.BYTES).get(iv);
    byte[] text = Arrays.copyOf(tag, block.cipherBytes + tagBytes);
    file.read(ByteBuffer.wrap(text, 0, block.cipherBytes), block.header + header.capacity());
    System.arraycopy(tag, 0, text, block.cipherBytes, tagBytes);
    try {
      Cipher cipher = CipherBlock.cipher(by, Cipher.DECRYPT_MODE, iv);
      if (tagBytes == 0) {
        if (CipherBlock.inPlace(cipher, text, text.length) != block.plain) {
          throw problems.damaged(block.header, "the file changed while it was open");
        }
        return text;
      }
      // Nothing is given out before the tag is known to be right.
      byte[] out = new byte[block.plain];
      cipher.doFinal(text, 0, text.length, out, 0);
      return out;
    } catch (GeneralSecurityException e) {
      throw wrongKey(problems, block.header, e);
    }
  }
}
