package dev.mycel.checkpoint;

import java.io.IOException;
import java.io.OutputStream;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Cipher;
import org.jspecify.annotations.Nullable;

/**
 * Encrypts what is written, block by block, as MindSpore lays it out; each block has an initial
 * vector of its own. What comes goes on at once: the header of a block, which has its length and
 * tag, is put before it when the block ends.
 */
final class EncryptingStream extends OutputStream {
  private static final SecureRandom RANDOM = new SecureRandom();

  private final PieceStream.ToFile out;
  private final Encryption by;
  private final int most;
  private final byte[] text = new byte[CipherBlock.STEP + 2 * CipherBlock.UNIT];
  private final byte[] iv = new byte[CipherBlock.UNIT];
  private @Nullable Cipher cipher;
  private long header;
  private int plain;
  private int cipherBytes;

  /** Into a file that is empty yet. */
  EncryptingStream(PieceStream.ToFile out, Encryption by) {
    this(out, by, CipherBlock.PLAIN);
  }

  /** With another size of blocks, for tests. */
  EncryptingStream(PieceStream.ToFile out, Encryption by, int most) {
    this.out = out;
    this.by = by;
    this.most = most;
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] from, int offset, int length) throws IOException {
    try {
      int end = offset + length;
      for (int at = offset; at < end; ) {
        Cipher into = cipher == null ? startBlock() : cipher;
        int n = Math.min(Math.min(end - at, CipherBlock.STEP), most - plain);
        put(into.update(from, at, n, text, 0));
        plain += n;
        at += n;
        if (plain == most) {
          endBlock(into);
        }
      }
    } catch (GeneralSecurityException e) {
      throw unable(e);
    }
  }

  /** Ends the last block; nothing may be written after it. */
  void finish() throws IOException {
    try {
      if (cipher != null) {
        endBlock(cipher);
      }
    } catch (GeneralSecurityException e) {
      throw unable(e);
    }
    out.flush();
  }

  private void put(int count) throws IOException {
    out.write(text, 0, count);
    cipherBytes += count;
  }

  private Cipher startBlock() throws IOException, GeneralSecurityException {
    RANDOM.nextBytes(iv);
    Cipher next = CipherBlock.cipher(by, Cipher.ENCRYPT_MODE, iv);
    out.write(new byte[CipherBlock.headerBytes(by.how())]);
    cipher = next;
    return next;
  }

  private void endBlock(Cipher ending) throws IOException, GeneralSecurityException {
    int count = ending.doFinal(text, 0);
    int tagBytes = CipherBlock.tagBytes(by.how());
    put(count - tagBytes);
    byte[] tag = Arrays.copyOfRange(text, count - tagBytes, count);
    out.overwrite(header, CipherBlock.header(by.how(), tag, iv, cipherBytes));
    header += CipherBlock.headerBytes(by.how()) + cipherBytes;
    plain = 0;
    cipherBytes = 0;
    cipher = null;
  }

  private IOException unable(GeneralSecurityException e) {
    return new IOException("this JVM cannot encrypt with " + by.mode(), e);
  }
}
