package dev.mycel.checkpoint;

import java.io.IOException;
import java.io.OutputStream;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Cipher;

/**
 * Encrypts what is written, block by block, as MindSpore lays it out. It holds one block on the
 * heap, which grows with what comes; each block has an initial vector of its own.
 */
final class EncryptingStream extends OutputStream {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int FIRST = 1 << 16;

  private final OutputStream out;
  private final Encryption by;
  private final int most;
  private byte[] block;
  private int filled;

  EncryptingStream(OutputStream out, Encryption by) {
    this(out, by, CipherBlock.PLAIN);
  }

  /** With another size of blocks, for tests. */
  EncryptingStream(OutputStream out, Encryption by, int most) {
    this.out = out;
    this.by = by;
    this.most = most;
    block = new byte[Math.min(FIRST, most) + CipherBlock.UNIT];
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] from, int offset, int length) throws IOException {
    int at = offset;
    int left = length;
    while (left > 0) {
      if (filled == most) {
        writeBlock();
      }
      int n = Math.min(left, most - filled);
      if (filled + n > block.length - CipherBlock.UNIT) {
        int twice = Math.max(2 * (block.length - CipherBlock.UNIT), filled + n);
        block = Arrays.copyOf(block, Math.min(most, twice) + CipherBlock.UNIT);
      }
      System.arraycopy(from, at, block, filled, n);
      filled += n;
      at += n;
      left -= n;
    }
  }

  /** Writes the last block; nothing may be written after it. */
  void finish() throws IOException {
    if (filled > 0) {
      writeBlock();
    }
    out.flush();
  }

  private void writeBlock() throws IOException {
    byte[] iv = new byte[CipherBlock.UNIT];
    RANDOM.nextBytes(iv);
    int count;
    try {
      Cipher cipher = CipherBlock.cipher(by, Cipher.ENCRYPT_MODE, iv);
      count = CipherBlock.inPlace(cipher, block, filled);
    } catch (GeneralSecurityException e) {
      throw new IOException("this JVM cannot encrypt with " + by.mode(), e);
    }
    int tagBytes = CipherBlock.tagBytes(by.how());
    int cipherBytes = count - tagBytes;
    byte[] tag = Arrays.copyOfRange(block, cipherBytes, count);
    out.write(CipherBlock.header(by.how(), tag, iv, cipherBytes));
    out.write(block, 0, cipherBytes);
    filled = 0;
  }
}
