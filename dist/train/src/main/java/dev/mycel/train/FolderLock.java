package dev.mycel.train;

import dev.mycel.checkpoint.CheckpointException;
import dev.mycel.core.Messages;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A folder that one manager has for itself, in this process and among others. The system gives the
 * folder back when a process ends, however it ends; the empty file {@code .mycel.lock} stays.
 */
final class FolderLock implements AutoCloseable {
  private static final String NAME = ".mycel.lock";

  /** Closing a second channel to a locked file gives the lock up on some systems. */
  private static final Set<Path> HELD = new HashSet<>();

  private final Path folder;
  private final FileChannel channel;

  private FolderLock(Path folder, FileChannel channel) {
    this.folder = folder;
    this.channel = channel;
  }

  static FolderLock of(Path directory) throws IOException {
    Path folder = directory.toRealPath();
    boolean interrupted = Thread.interrupted(); // it would close the channel
    synchronized (HELD) {
      try {
        if (HELD.contains(folder)) {
          throw taken(folder, "this process");
        }
        FolderLock lock = new FolderLock(folder, locked(folder));
        HELD.add(folder);
        return lock;
      } finally {
        if (interrupted) {
          Thread.currentThread().interrupt();
        }
      }
    }
  }

  private static FileChannel locked(Path folder) throws IOException {
    FileChannel channel =
        FileChannel.open(folder.resolve(NAME), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      @Nullable FileLock lock = channel.tryLock();
      if (lock == null) {
        throw taken(folder, "another process");
      }
      return channel;
    } catch (OverlappingFileLockException e) {
      channel.close();
      throw taken(folder, "this process");
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static CheckpointException taken(Path folder, String who) {
    return new CheckpointException(
        Messages.of("CheckpointManager: the folder has a manager already")
            .line("folder", folder)
            .line("in    ", who)
            .hint("close that one first, or give each training a folder of its own")
            .text());
  }

  @Override
  public void close() throws IOException {
    synchronized (HELD) {
      if (HELD.remove(folder)) {
        channel.close();
      }
    }
  }
}
