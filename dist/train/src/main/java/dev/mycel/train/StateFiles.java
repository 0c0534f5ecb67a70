package dev.mycel.train;

import dev.mycel.checkpoint.CheckpointException;
import dev.mycel.checkpoint.CheckpointFile;
import dev.mycel.checkpoint.Checkpoints;
import dev.mycel.core.Tensor;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import java.util.OptionalDouble;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Looks into state files without loading them. */
final class StateFiles {
  private static final System.Logger LOG = System.getLogger("dev.mycel.train");

  private StateFiles() {}

  /** What is wrong with a file; null if it is a whole state. */
  static @Nullable String whyNotWhole(Path file) {
    try {
      Checkpoints.verify(file);
      return uninterrupted(() -> hasEntry(file, StateEntries.PREFIX + StateEntries.VERSION))
          ? null
          : "it holds no training state";
    } catch (CheckpointException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private static boolean hasEntry(Path file, String name) {
    try (CheckpointFile opened = Checkpoints.open(file)) {
      return opened.entries().stream().anyMatch(e -> e.name().equals(name));
    }
  }

  /** Reads although the thread is interrupted, lest a whole file be taken for a damaged one. */
  private static <T> T uninterrupted(Supplier<T> read) {
    boolean interrupted = Thread.interrupted();
    try {
      return read.get();
    } catch (CheckpointException e) {
      if (!(e.getCause() instanceof ClosedByInterruptException)) {
        throw e;
      }
      interrupted = true;
      Thread.interrupted();
      return read.get();
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** One of the library's own numbers of a file; empty if it has none or is damaged. */
  static OptionalDouble number(Path file, String name) {
    return uninterrupted(() -> readNumber(file, StateEntries.PREFIX + name));
  }

  private static OptionalDouble readNumber(Path file, String name) {
    try (CheckpointFile opened = Checkpoints.open(file)) {
      if (opened.entries().stream().noneMatch(e -> e.name().equals(name))) {
        return OptionalDouble.empty();
      }
      try (Tensor value = opened.tensor(name)) {
        return value.size() == 1 ? OptionalDouble.of(value.item()) : OptionalDouble.empty();
      }
    } catch (CheckpointException e) {
      if (e.getCause() instanceof ClosedByInterruptException) {
        throw e;
      }
      LOG.log(System.Logger.Level.WARNING, "StateFiles: no value is read of " + file, e);
      return OptionalDouble.empty();
    }
  }
}
