package dev.mycel.checkpoint;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * How a block of an encrypted file is laid out, all numbers with the lowest byte first: the mode's
 * number; with GCM the tag; the length of what follows; the length of the initial vector, and the
 * vector; the length of the cipher text, and the text.
 */
final class CipherBlock {
  /** The most plain bytes in a block, as MindSpore has it. */
  static final int PLAIN = 64 << 20;

  /** Bytes of the tag, of the initial vector and of a unit of the cipher. */
  static final int UNIT = 16;

  /** How many bytes of the initial vector GCM uses: MindSpore writes 16 of which four count not. */
  static final int GCM_IV = 12;

  /** What stands in a block after its tag and before the cipher text, with the mode's number. */
  private static final int FIELDS = 4 * Integer.BYTES + UNIT;

  /** Bytes that go through a cipher at a time; many short calls are soon compiled. */
  static final int STEP = 1 << 14;

  private CipherBlock() {}

  static int tagBytes(Encryption.Mode mode) {
    return mode == Encryption.Mode.GCM ? UNIT : 0;
  }

  /** Bytes of a block before its cipher text. */
  static int headerBytes(Encryption.Mode mode) {
    return FIELDS + tagBytes(mode);
  }

  /** The bytes of a header. */
  static byte[] header(Encryption.Mode mode, byte[] tag, byte[] iv, int cipherBytes) {
    byte[] header = new byte[headerBytes(mode)];
    ByteBuffer.wrap(header)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(mode.magic())
        .put(tag)
        .putInt(2 * Integer.BYTES + iv.length + cipherBytes)
        .putInt(iv.length)
        .put(iv)
        .putInt(cipherBytes);
    return header;
  }

  /** The mode that a file begins with, or null if it is not encrypted. */
  static Encryption.@Nullable Mode mode(int magic) {
    for (Encryption.Mode mode : Encryption.Mode.values()) {
      if (mode.magic() == magic) {
        return mode;
      }
    }
    return null;
  }

  static Cipher cipher(Encryption by, int direction, byte[] iv) throws GeneralSecurityException {
    return cipher(by, by.how().transformation(), direction, iv);
  }

  /** With another padding than the mode's. */
  static Cipher cipher(Encryption by, String transformation, int direction, byte[] iv)
      throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance(transformation);
    boolean gcm = by.how() == Encryption.Mode.GCM;
    cipher.init(
        direction,
        new SecretKeySpec(by.key(), "AES"),
        gcm ? new GCMParameterSpec(8 * UNIT, iv, 0, GCM_IV) : new IvParameterSpec(iv));
    return cipher;
  }

  /** AES of a counter, which both encrypts and decrypts. */
  static Cipher counting(Encryption by, byte[] counter) throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/CTR/NoPadding");
    cipher.init(
        Cipher.DECRYPT_MODE, new SecretKeySpec(by.key(), "AES"), new IvParameterSpec(counter));
    return cipher;
  }

  /**
   * Takes the first bytes of a buffer through a cipher, in place.
   *
   * @return how many bytes came out; the buffer has place for them
   */
  static int inPlace(Cipher cipher, byte[] buffer, int count) throws GeneralSecurityException {
    int out = 0;
    int at = 0;
    for (; count - at > STEP; at += STEP) {
      out += cipher.update(buffer, at, STEP, buffer, out);
    }
    return out + cipher.doFinal(buffer, at, count - at, buffer, out);
  }
}
