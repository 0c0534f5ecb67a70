package dev.mycel.train;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Names of checkpoints in a folder. */
final class CheckpointFiles {
  private CheckpointFiles() {}

  /** The prefix, with the lowest number appended that is above all that are there. */
  static String freePrefix(Path directory, String prefix) throws IOException {
    Pattern mine =
        Pattern.compile(
            Pattern.quote(prefix) + "(?:_(\\d{1,9}))?-\\d+_\\d+(?:_breakpoint)?\\.ckpt");
    int next = 0;
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        Matcher name = mine.matcher(String.valueOf(file.getFileName()));
        if (name.matches()) {
          String number = name.group(1);
          next = Math.max(next, number == null ? 1 : Integer.parseInt(number) + 1);
        }
      }
    }
    return next == 0 ? prefix : prefix + "_" + next;
  }
}
