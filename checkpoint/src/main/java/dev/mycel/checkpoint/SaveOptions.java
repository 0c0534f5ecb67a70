package dev.mycel.checkpoint;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** How a checkpoint is written; immutable, each method gives a changed copy. */
public final class SaveOptions {
  private static final SaveOptions DEFAULTS = new SaveOptions(false, name -> true, Map.of(), null);

  final boolean crcCheck;
  final Predicate<String> choice;
  final Map<String, Object> append;
  final @Nullable Encryption encryption;

  private SaveOptions(
      boolean crcCheck,
      Predicate<String> choice,
      Map<String, Object> append,
      @Nullable Encryption encryption) {
    if (crcCheck && encryption != null) {
      throw new ArgumentException(
          Messages.of("SaveOptions: a file has a check sum or is encrypted, not both")
              .line("crcCheck", true)
              .line("encrypt ", encryption)
              .hint("AES-GCM finds damage by itself, so no check sum is needed")
              .text());
    }
    this.crcCheck = crcCheck;
    this.choice = choice;
    this.append = append;
    this.encryption = encryption;
  }

  /** Everything, without a check sum, not encrypted, and nothing more. */
  public static SaveOptions defaults() {
    return DEFAULTS;
  }

  /**
   * Whether a check sum is put at the end of the file, which readers can verify; MindSpore's {@code
   * crc_check}. Together with {@link #encrypt} it is refused.
   */
  public SaveOptions crcCheck(boolean crcCheck) {
    return new SaveOptions(crcCheck, choice, append, encryption);
  }

  /**
   * Writes only the parameters whose name passes; what is appended is always written. MindSpore's
   * {@code choice_func}.
   */
  public SaveOptions choose(Predicate<String> choice) {
    return new SaveOptions(crcCheck, choice, append, encryption);
  }

  /**
   * Writes more entries after the parameters; MindSpore's {@code append_dict}.
   *
   * @param more by name: strings, booleans, integers (as int64), floating-point numbers (as
   *     float32), tensors, variables (parameters among them), or generators (as their state, which
   *     {@link dev.mycel.core.Generator#setState} takes back)
   */
  public SaveOptions append(Map<String, ?> more) {
    Map<String, Object> copy = new LinkedHashMap<>(more);
    return new SaveOptions(crcCheck, choice, Collections.unmodifiableMap(copy), encryption);
  }

  /**
   * Encrypts the file; MindSpore's {@code enc_key} and {@code enc_mode}. Together with {@link
   * #crcCheck} it is refused.
   */
  public SaveOptions encrypt(Encryption encryption) {
    return new SaveOptions(crcCheck, choice, append, encryption);
  }
}
