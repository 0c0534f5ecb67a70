package dev.mycel.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import javax.crypto.Cipher;
import org.jspecify.annotations.Nullable;

/**
 * A block of an encrypted file, which is decrypted chunk by chunk, so that a fraction of it is in
 * memory.
 *
 * <p>With GCM nothing is given out before the tag of the whole block is known to be right. The JDK
 * would hold the block twice for that. So it is read twice: at first through the same cipher the
 * other way round, which makes the tag that belongs to what is there, and a digest of each chunk is
 * kept; then, chunk by chunk, what has still that digest is decrypted.
 */
final class EncryptedBlock {
  /** Bytes that are decrypted at a time; a multiple of the cipher's unit. */
  static final int CHUNK = 1 << 18;

  private static final int DIGEST = 32;

  private final Trailer.Content file;
  private final Encryption by;
  private final Problems problems;
  private final long start;
  private final int plain;
  private final long header;
  private final int cipherBytes;
  private final byte[] iv;
  private byte @Nullable [] digests;

  private EncryptedBlock(
      Trailer.Content file,
      Encryption by,
      Problems problems,
      long start,
      int plain,
      long header,
      int cipherBytes,
      byte[] iv) {
    this.file = file;
    this.by = by;
    this.problems = problems;
    this.start = start;
    this.plain = plain;
    this.header = header;
    this.cipherBytes = cipherBytes;
    this.iv = iv;
  }

  /**
   * The block whose header lies at an offset; every length is compared with what is there.
   *
   * @param start how many plain bytes come before
   */
  static EncryptedBlock of(
      Trailer.Content file, Encryption by, Problems problems, long at, long start)
      throws IOException {
    int headerBytes = CipherBlock.headerBytes(by.how());
    long left = file.size() - at - headerBytes;
    if (left < 0) {
      throw problems.damaged(at, "the file ends within the header of an encrypted block");
    }
    ByteBuffer fields = ByteBuffer.allocate(headerBytes).order(ByteOrder.LITTLE_ENDIAN);
    file.read(fields, at);
    fields.flip();
    int magic = fields.getInt();
    fields.position(fields.position() + CipherBlock.tagBytes(by.how()));
    int length = fields.getInt();
    int ivLength = fields.getInt();
    byte[] iv = new byte[CipherBlock.UNIT];
    fields.get(iv);
    int cipherBytes = fields.getInt();
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
    EncryptedBlock unpadded =
        new EncryptedBlock(file, by, problems, start, cipherBytes, at, cipherBytes, iv);
    return by.how() == Encryption.Mode.GCM ? unpadded : unpadded.withoutPadding();
  }

  /** How many plain bytes come before it. */
  long start() {
    return start;
  }

  /** How many plain bytes it has. */
  int plain() {
    return plain;
  }

  /** Where the next block begins in the file. */
  long end() {
    return text() + cipherBytes;
  }

  /** Where the cipher text begins in the file. */
  private long text() {
    return header + CipherBlock.headerBytes(by.how());
  }

  private EncryptedBlock withoutPadding() throws IOException {
    if (cipherBytes % CipherBlock.UNIT != 0) {
      throw problems.damaged(
          header, "an encrypted block has " + cipherBytes + " bytes, no multiple of 16");
    }
    try {
      int rest = cipherBytes - padding();
      return new EncryptedBlock(file, by, problems, start, rest, header, cipherBytes, iv);
    } catch (GeneralSecurityException e) {
      throw unable(e);
    }
  }

  /** How many bytes fill the last unit, which the unit before it suffices to decrypt. */
  private int padding() throws IOException, GeneralSecurityException {
    int at = cipherBytes - CipherBlock.UNIT;
    byte[] last = new byte[CipherBlock.UNIT];
    file.read(ByteBuffer.wrap(last), text() + at);
    Cipher cipher =
        CipherBlock.cipher(by, "AES/CBC/NoPadding", Cipher.DECRYPT_MODE, unitBefore(at));
    byte[] unit = cipher.doFinal(last);
    int padding = unit[CipherBlock.UNIT - 1];
    boolean right = padding >= 1 && padding <= CipherBlock.UNIT;
    for (int i = 2; right && i <= padding; i++) {
      right = unit[CipherBlock.UNIT - i] == padding;
    }
    if (!right) {
      throw wrongKey();
    }
    return padding;
  }

  /** What CBC mixes into the unit at a position of the text. */
  private byte[] unitBefore(int at) throws IOException {
    if (at == 0) {
      return iv;
    }
    byte[] before = new byte[CipherBlock.UNIT];
    file.read(ByteBuffer.wrap(before), text() + at - CipherBlock.UNIT);
    return before;
  }

  private CheckpointException wrongKey() {
    return problems.at(
        header,
        "a block cannot be decrypted with this key",
        "the key is another one, or the file was changed since it was encrypted");
  }

  private IOException unable(GeneralSecurityException e) {
    return new IOException("this JVM cannot decrypt " + by.mode(), e);
  }

  // ---- decrypting -------------------------------------------------------------------------------

  /**
   * Decrypts one chunk: the bytes from {@code number * CHUNK} on.
   *
   * @param into has place for {@link #CHUNK} bytes or for all of the block
   * @return how many plain bytes there are
   */
  int chunk(int number, byte[] into) throws IOException {
    try {
      if (by.how() == Encryption.Mode.GCM) {
        openSealed(number, into);
      } else {
        int count = read(number, into);
        byte[] before = unitBefore(number * CHUNK);
        CipherBlock.inPlace(
            CipherBlock.cipher(by, "AES/CBC/NoPadding", Cipher.DECRYPT_MODE, before), into, count);
      }
      return Math.min(CHUNK, plain - number * CHUNK);
    } catch (GeneralSecurityException e) {
      throw unable(e);
    }
  }

  /** The cipher text of a chunk. */
  private int read(int number, byte[] into) throws IOException {
    int at = number * CHUNK;
    int count = Math.min(CHUNK, cipherBytes - at);
    file.read(ByteBuffer.wrap(into, 0, count), text() + at);
    return count;
  }

  private void openSealed(int number, byte[] into) throws IOException, GeneralSecurityException {
    byte[] right = digests;
    if (right == null) {
      right = authenticated();
      digests = right;
    }
    int count = read(number, into);
    MessageDigest digest = digest();
    digest.update(into, 0, count);
    int at = number * DIGEST;
    if (!MessageDigest.isEqual(digest.digest(), Arrays.copyOfRange(right, at, at + DIGEST))) {
      throw problems.at(
          header, "the file changed while it was open", "open it again when nobody writes to it");
    }
    CipherBlock.inPlace(counting(number * CHUNK), into, count);
  }

  /** The digests of all chunks, if the tag is that of their bytes. */
  private byte[] authenticated() throws IOException, GeneralSecurityException {
    int chunks = (cipherBytes - 1) / CHUNK + 1;
    byte[] found = new byte[chunks * DIGEST];
    byte[] text = new byte[Math.min(CHUNK, cipherBytes)];
    byte[] opened = new byte[CipherBlock.STEP];
    byte[] sealed = new byte[CipherBlock.STEP + 2 * CipherBlock.UNIT];
    MessageDigest digest = digest();
    Cipher opening = counting(0);
    Cipher sealing = CipherBlock.cipher(by, Cipher.ENCRYPT_MODE, iv);
    for (int i = 0; i < chunks; i++) {
      int count = read(i, text);
      digest.update(text, 0, count);
      digest.digest(found, i * DIGEST, DIGEST);
      for (int at = 0; at < count; at += opened.length) {
        int n = opening.update(text, at, Math.min(opened.length, count - at), opened, 0);
        sealing.update(opened, 0, n, sealed, 0);
      }
    }
    int end = sealing.doFinal(sealed, 0);
    byte[] tag = Arrays.copyOfRange(sealed, end - CipherBlock.UNIT, end);
    byte[] stored = new byte[CipherBlock.UNIT];
    file.read(ByteBuffer.wrap(stored), header + Integer.BYTES);
    if (!MessageDigest.isEqual(tag, stored)) {
      throw wrongKey();
    }
    return found;
  }

  private static MessageDigest digest() throws GeneralSecurityException {
    return MessageDigest.getInstance("SHA-256");
  }

  /** What GCM encrypts with, from a position on: AES of a counter that begins with the vector. */
  private Cipher counting(int at) throws GeneralSecurityException {
    byte[] counter = Arrays.copyOf(iv, CipherBlock.UNIT);
    // The count 1 goes into the tag, 2 into the first unit.
    ByteBuffer.wrap(counter).putInt(CipherBlock.GCM_IV, 2 + at / CipherBlock.UNIT);
    return CipherBlock.counting(by, counter);
  }
}
