package dev.mycel.checkpoint;

import java.io.IOException;
import java.nio.file.Path;

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
}
