package dev.mycel.checkpoint;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;

/** How a checkpoint is written; immutable, each method gives a changed copy. */
public final class SaveOptions {
  private static final SaveOptions DEFAULTS = new SaveOptions(false, name -> true, Map.of());

  final boolean crcCheck;
  final Predicate<String> choice;
  final Map<String, Object> append;

  private SaveOptions(boolean crcCheck, Predicate<String> choice, Map<String, Object> append) {
    this.crcCheck = crcCheck;
    this.choice = choice;
    this.append = append;
  }

  /** Everything, without a check sum, and nothing more. */
  public static SaveOptions defaults() {
    return DEFAULTS;
  }

  /** Whether a check sum is put at the end of the file, which readers can verify. */
  public SaveOptions crcCheck(boolean crcCheck) {
    return new SaveOptions(crcCheck, choice, append);
  }

  /** Writes only the parameters whose name passes; what is appended is always written. */
  public SaveOptions choose(Predicate<String> choice) {
    return new SaveOptions(crcCheck, choice, append);
  }

  /**
   * Writes more entries after the parameters.
   *
   * @param more strings, booleans, integers (as int64), floating-point numbers (as float32),
   *     tensors or variables, by name
   */
  public SaveOptions append(Map<String, ?> more) {
    Map<String, Object> copy = new LinkedHashMap<>(more);
    return new SaveOptions(crcCheck, choice, Collections.unmodifiableMap(copy));
  }
}
