package dev.mycel.checkpoint;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A format that files can be opened in; {@link FileFormats} lists them all. */
interface FileFormat {
  /** The name that {@link CheckpointFile#format} gives. */
  String name();

  /** What a file of this format begins with, for the message that no format fits. */
  String beginning();

  /** How names of such files end, with the dot, for files whose content fits no format. */
  String ending();

  /**
   * Whether a file looks like one of this format; it need not be whole.
   *
   * @param head the first bytes: {@link FileFormats#HEAD}, or the whole file if it is shorter
   */
  boolean matches(byte[] head, Path file);

  /**
   * Opens a file and reads what describes its entries, but no content.
   *
   * @throws CheckpointException if it is damaged, hostile, or beyond the limits
   */
  CheckpointFile open(Path file, Limits limits) throws IOException;

  /**
   * Opens a file that may be encrypted.
   *
   * @param encryption the key, or null if none was given
   */
  default CheckpointFile open(Path file, Limits limits, @Nullable Encryption encryption)
      throws IOException {
    if (encryption != null) {
      throw new Problems(FileFormats.OP, file)
          .of(
              "a key was given, but files of the format " + name() + " are not encrypted",
              "open it without a key if it may be what anybody wrote");
    }
    return open(file, limits);
  }
}
