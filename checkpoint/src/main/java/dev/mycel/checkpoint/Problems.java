package dev.mycel.checkpoint;

import dev.mycel.core.Messages;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Errors about one file: each tells the file, the place in it, and what to do. */
final class Problems {
  private final String op;
  private final Path file;

  Problems(String op, Path file) {
    this.op = op;
    this.file = file;
  }

  CheckpointException of(String what, String hint) {
    return new CheckpointException(
        Messages.of(op + ": " + what).line("file", file).hint(hint).text());
  }

  /** A text for a log. */
  String text(String what) {
    return Messages.of(op + ": " + what).line("file", file).text();
  }

  CheckpointException at(long offset, String what, String hint) {
    return new CheckpointException(
        Messages.of(op + ": " + what)
            .line("file  ", file)
            .line("offset", offset)
            .hint(hint)
            .text());
  }

  CheckpointException damaged(long offset, String what) {
    return at(offset, what, "the file is damaged or is no checkpoint: save or copy it again");
  }

  CheckpointException entry(String name, long offset, String what, String hint) {
    return new CheckpointException(
        Messages.of(op + ": " + what)
            .line("entry ", "'" + shortened(name) + "'")
            .line("file  ", file)
            .line("offset", offset)
            .hint(hint)
            .text());
  }

  CheckpointException io(IOException cause, String what, String hint) {
    return new CheckpointException(
        Messages.of(op + ": " + what)
            .line("file ", file)
            .line("cause", describe(cause))
            .hint(hint)
            .text(),
        cause);
  }

  private static String describe(IOException cause) {
    @Nullable String message = cause.getMessage();
    String type = cause.getClass().getSimpleName();
    return message == null ? type : type + ": " + message;
  }

  static String shortened(String name) {
    return name.length() <= 80 ? name : name.substring(0, 77) + "...";
  }
}
