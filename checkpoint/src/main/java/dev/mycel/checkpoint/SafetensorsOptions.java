package dev.mycel.checkpoint;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;

/** How safetensors are written; immutable, each method gives a changed copy. */
public final class SafetensorsOptions {
  private static final SafetensorsOptions DEFAULTS =
      new SafetensorsOptions(Map.of(), Long.MAX_VALUE, name -> true);

  final Map<String, String> metadata;
  final long shardBytes;
  final Predicate<String> choice;

  private SafetensorsOptions(
      Map<String, String> metadata, long shardBytes, Predicate<String> choice) {
    this.metadata = metadata;
    this.shardBytes = shardBytes;
    this.choice = choice;
  }

  /** Everything in one file, without texts. */
  public static SafetensorsOptions defaults() {
    return DEFAULTS;
  }

  /** Texts that the file holds beside the tensors; {@code format} is {@code pt} in PyTorch's. */
  public SafetensorsOptions metadata(Map<String, String> metadata) {
    return new SafetensorsOptions(new LinkedHashMap<>(metadata), shardBytes, choice);
  }

  /**
   * Splits what has more bytes into several files and an index. A tensor is never split, so one
   * that is larger has a file of its own.
   *
   * @param most bytes of contents in one file
   */
  public SafetensorsOptions shardBytes(long most) {
    if (most < 1) {
      throw new ArgumentException(
          Messages.of("SafetensorsOptions.shardBytes: a file holds one byte at least")
              .line("given", most)
              .text());
    }
    return new SafetensorsOptions(metadata, most, choice);
  }

  /** Writes only the tensors whose name passes. */
  public SafetensorsOptions choose(Predicate<String> choice) {
    return new SafetensorsOptions(metadata, shardBytes, choice);
  }
}
