package dev.mycel.train;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names of checkpoints in a folder: {@code <prefix>-<epoch>_<step>.ckpt}, where trainings after the
 * first have {@code <prefix>_1}, {@code <prefix>_2} and so on.
 */
final class CheckpointFiles {
  static final String BREAKPOINT = "_breakpoint";
  static final String CKPT = ".ckpt";
  static final String SAFETENSORS = ".safetensors";

  private CheckpointFiles() {}

  /**
   * A file and what its name says; the order is that of training.
   *
   * @param file the file
   * @param run the number of the training, 0 for the first
   * @param epoch the number of the epoch
   * @param step the number of the step in the epoch
   * @param breakpoint whether it was saved when a training failed
   */
  record Named(Path file, int run, long epoch, long step, boolean breakpoint)
      implements Comparable<Named> {
    private static final Comparator<Named> ORDER =
        Comparator.comparingInt(Named::run)
            .thenComparingLong(Named::epoch)
            .thenComparingLong(Named::step)
            .thenComparing(Named::breakpoint);

    @Override
    public int compareTo(Named other) {
      return ORDER.compare(this, other);
    }

    /** Whether it was saved before that step of its training. */
    boolean isBefore(long otherEpoch, long otherStep) {
      return epoch < otherEpoch || (epoch == otherEpoch && step < otherStep);
    }
  }

  /** The name of a file, but for its ending. */
  static String name(String prefix, long epoch, long step) {
    return prefix + "-" + epoch + "_" + step;
  }

  /** The prefix of a training. */
  static String prefix(String prefix, int run) {
    return run == 0 ? prefix : prefix + "_" + run;
  }

  /** All files in MindSpore's format of a prefix in a folder, the oldest first. */
  static List<Named> list(Path directory, String prefix) throws IOException {
    return list(directory, prefix, Pattern.quote(CKPT));
  }

  private static List<Named> list(Path directory, String prefix, String endings)
      throws IOException {
    Pattern mine =
        Pattern.compile(
            Pattern.quote(prefix)
                + "(?:_(\\d{1,9}))?-(\\d{1,18})_(\\d{1,18})("
                + BREAKPOINT
                + ")?(?:"
                + endings
                + ")");
    List<Named> found = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        Matcher name = mine.matcher(String.valueOf(file.getFileName()));
        if (name.matches()) {
          String run = name.group(1);
          found.add(
              new Named(
                  file,
                  run == null ? 0 : Integer.parseInt(run),
                  Long.parseLong(name.group(2)),
                  Long.parseLong(name.group(3)),
                  name.group(4) != null));
        }
      }
    }
    found.sort(null);
    return found;
  }

  /** The prefix, with the lowest number appended that is above all that are there. */
  static String freePrefix(Path directory, String prefix) throws IOException {
    String endings = Pattern.quote(CKPT) + "|" + Pattern.quote(SAFETENSORS);
    return prefix(prefix, freeRun(list(directory, prefix, endings)));
  }

  /** The number of a new training beside those files, which are in order. */
  static int freeRun(List<Named> files) {
    return files.isEmpty() ? 0 : files.get(files.size() - 1).run() + 1;
  }

  /** Refuses what is no beginning of a file name. */
  static String checkedPrefix(String op, String prefix) {
    if (prefix.isBlank() || prefix.contains("/") || prefix.contains("\\")) {
      throw new dev.mycel.core.ArgumentException(
          op + ": the prefix is the beginning of a file name, got '" + prefix + "'");
    }
    return prefix;
  }
}
