package dev.mycel.checkpoint;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;

/**
 * Writes a file so that at every moment either the old or the new one is there, whole: into a
 * temporary file in the same folder, which then takes the target's name.
 */
final class AtomicFile {
  private static final SecureRandom RANDOM = new SecureRandom();

  /** Writes the content. */
  interface Body {
    void writeTo(OutputStream out) throws IOException;
  }

  private AtomicFile() {}

  /** The file with that ending, which is added if the name has another. */
  static Path withSuffix(String op, Path file, String suffix) {
    Path name = file.getFileName();
    if (name == null) {
      throw new Problems(op, file).of("this is no file", "name a file");
    }
    String text = name.toString();
    return text.endsWith(suffix) ? file : file.resolveSibling(text + suffix);
  }

  static void write(Problems problems, Path target, Body body) {
    Path real = resolved(problems, target);
    Path folder = real.getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw problems.of("the folder does not exist", "create " + folder + " first");
    }
    Path temporary = folder.resolve(".mycel-" + Long.toHexString(RANDOM.nextLong()) + ".tmp");
    boolean done = false;
    try {
      writeInterrupted(temporary, body);
      Files.move(temporary, real, StandardCopyOption.ATOMIC_MOVE);
      done = true;
    } catch (IOException e) {
      throw problems.io(
          e, "the file cannot be written", "check the rights and the space in " + folder);
    } finally {
      if (!done) {
        deleteQuietly(temporary);
      }
    }
    syncFolder(folder);
  }

  /** The file that a link stands for, so that the link stays one. */
  private static Path resolved(Problems problems, Path target) {
    try {
      Path real = target.toRealPath();
      if (Files.isDirectory(real)) {
        throw problems.of("the target is a folder", "name a file in it");
      }
      return real;
    } catch (NoSuchFileException e) {
      return target.toAbsolutePath();
    } catch (IOException e) {
      throw problems.io(e, "the target cannot be looked up", "check the rights of its folders");
    }
  }

  /**
   * Writes to the end even if the thread is interrupted, which closes a channel in the midst of a
   * write: whoever interrupts a training wants its last state more than a broken one.
   */
  private static void writeInterrupted(Path file, Body body) throws IOException {
    boolean interrupted = Thread.interrupted();
    try {
      while (true) {
        try {
          writeAndSync(file, body);
          return;
        } catch (ClosedByInterruptException e) {
          interrupted |= Thread.interrupted();
          Files.deleteIfExists(file);
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static void writeAndSync(Path file, Body body) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      OutputStream out = PieceStream.to(channel);
      body.writeTo(out);
      out.flush();
      channel.force(true);
    }
  }

  private static void deleteQuietly(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      System.getLogger("dev.mycel.checkpoint")
          .log(System.Logger.Level.WARNING, "a temporary file stays behind: " + file, e);
    }
  }

  /** Makes the new name last through a power failure; not every system can open folders. */
  private static void syncFolder(Path folder) {
    boolean interrupted = Thread.interrupted();
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      System.getLogger("dev.mycel.checkpoint")
          .log(System.Logger.Level.DEBUG, "the folder cannot be synced: " + folder, e);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
