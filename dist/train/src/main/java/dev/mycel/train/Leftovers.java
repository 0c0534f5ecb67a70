package dev.mycel.train;

import dev.mycel.checkpoint.Checkpoints;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** What killed processes had not finished in a folder. */
final class Leftovers {
  private static final System.Logger LOG = System.getLogger("dev.mycel.train");

  private Leftovers() {}

  /** Finds and reports them, and deletes them if that is wanted. */
  static List<Path> of(Path folder, boolean remove) throws IOException {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        if (Checkpoints.isLeftover(file)) {
          found.add(file);
        }
      }
    }
    Collections.sort(found);
    if (!found.isEmpty()) {
      LOG.log(
          System.Logger.Level.WARNING,
          "CheckpointManager: {0} unfinished files of killed processes {1} in {2}",
          found.size(),
          remove ? "are deleted" : "lie",
          folder);
    }
    if (remove) {
      for (Path file : found) {
        Files.deleteIfExists(file);
      }
    }
    return List.copyOf(found);
  }
}
