package dev.mycel.checkpoint;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;
import java.util.List;

/**
 * A key and how it is used, to encrypt and decrypt MindSpore's {@code .ckpt}; immutable.
 *
 * <p>{@link #aesGcm} notices every change within a block of 64 MiB; that whole blocks were swapped,
 * repeated, dropped or taken from another file with this key, MindSpore's format cannot tell.
 * {@link #aesCbc} notices no change, and a wrong key may look like damage with it: it is here for
 * files that exist.
 */
public final class Encryption {
  /** The ways of encrypting that MindSpore has, with the number that a block begins with. */
  enum Mode {
    GCM("AES-GCM", 0x7F3A5ED8, "AES/GCM/NoPadding"),
    CBC("AES-CBC", 0x7F3A5ED9, "AES/CBC/PKCS5Padding"),
    /** The JDK has no such cipher. */
    SM4("SM4-CBC", 0x7F3A5EDA, "");

    private final String label;
    private final int magic;
    private final String transformation;

    Mode(String label, int magic, String transformation) {
      this.label = label;
      this.magic = magic;
      this.transformation = transformation;
    }

    /** MindSpore's name. */
    String label() {
      return label;
    }

    int magic() {
      return magic;
    }

    /** The JDK's name. */
    String transformation() {
      return transformation;
    }
  }

  private static final List<Integer> KEY_BYTES = List.of(16, 24, 32);

  private final Mode mode;
  private final byte[] key;

  private Encryption(Mode mode, byte[] key) {
    if (!KEY_BYTES.contains(key.length)) {
      throw new ArgumentException(
          Messages.of("encryption: the key has a length that " + mode.label + " does not take")
              .line("given   ", key.length + " bytes")
              .line("expected", "16, 24 or 32 bytes")
              .hint("make a key of random bytes; a password is no key")
              .text());
    }
    this.mode = mode;
    this.key = key.clone();
  }

  /**
   * AES in Galois/counter mode, MindSpore's {@code AES-GCM}.
   *
   * @param key 16, 24 or 32 bytes, which are copied
   */
  public static Encryption aesGcm(byte[] key) {
    return new Encryption(Mode.GCM, key);
  }

  /**
   * AES in cipher block chaining mode, MindSpore's {@code AES-CBC}.
   *
   * @param key 16, 24 or 32 bytes, which are copied
   */
  public static Encryption aesCbc(byte[] key) {
    return new Encryption(Mode.CBC, key);
  }

  /**
   * By MindSpore's name of the mode, as {@code enc_mode} and {@code dec_mode} take it.
   *
   * @param mode {@code AES-GCM} or {@code AES-CBC}; {@code SM4-CBC} is refused, because the JDK has
   *     no SM4
   * @param key 16, 24 or 32 bytes, which are copied
   */
  public static Encryption of(String mode, byte[] key) {
    for (Mode m : Mode.values()) {
      if (m.label.equals(mode) && m != Mode.SM4) {
        return new Encryption(m, key);
      }
    }
    boolean sm4 = mode.equals(Mode.SM4.label);
    throw new ArgumentException(
        Messages.of(
                sm4
                    ? "encryption: SM4-CBC is not supported, because the JDK has no SM4"
                    : "encryption: there is no mode of this name")
            .line("given   ", "'" + mode + "'")
            .line("expected", "AES-GCM or AES-CBC")
            .text());
  }

  /** MindSpore's name of the mode. */
  public String mode() {
    return mode.label;
  }

  Mode how() {
    return mode;
  }

  /** The key itself: nobody may change or keep it. */
  byte[] key() {
    return key;
  }

  /** The mode and the length of the key, never the key. */
  @Override
  public String toString() {
    return mode.label + " with a key of " + 8 * key.length + " bits";
  }
}
