package dev.mycel.checkpoint;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.CopyOption;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;

/**
 * Writes a file so that at every moment either the old or the new one is there, whole: into a
 * temporary file in the same folder, which is synced to the disk and then takes the target's name;
 * at last the folder is synced, where the system can.
 *
 * <p>The temporary file goes when writing fails. One that stays behind was left by a process that
 * was killed; its name is hidden and ends in {@code .tmp}, so that nobody takes it for a
 * checkpoint.
 *
 * <p>What counts are the rights of the folder. A target that is marked read-only is replaced where
 * the system renames over it: MindSpore marks all files that it writes so. A target that is a link
 * stays one, and what it points to is replaced, or made if it is not there.
 *
 * <p>Where a file system cannot rename atomically, the target is replaced by a plain move. Then a
 * power failure at that moment may leave the temporary file alone, which is whole and synced.
 */
final class AtomicFile {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final String PREFIX = ".mycel-";
  private static final String SUFFIX = ".tmp";
  private static final int MOST_LINKS = 40;

  /** Writes the content. */
  interface Body {
    void writeTo(PieceStream.ToFile out) throws IOException;
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
    Path temporary = folder.resolve(PREFIX + Long.toHexString(RANDOM.nextLong()) + SUFFIX);
    boolean done = false;
    try {
      Interrupts.outlasting(() -> writeAndSync(temporary, body));
      rename(temporary, real, Files::move);
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

  /** Whether a file of that name is one that a killed process did not finish. */
  static boolean isLeftover(Path file) {
    String name = String.valueOf(file.getFileName());
    return name.startsWith(PREFIX) && name.endsWith(SUFFIX);
  }

  /** As {@link Files#move} is. */
  interface Mover {
    void move(Path from, Path to, CopyOption how) throws IOException;
  }

  static void rename(Path from, Path to, Mover mover) throws IOException {
    try {
      mover.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      mover.move(from, to, StandardCopyOption.REPLACE_EXISTING);
    }
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
      return followed(problems, target.toAbsolutePath());
    } catch (IOException e) {
      throw problems.io(
          e, "the target cannot be looked up", "check its links and the rights of its folders");
    }
  }

  /** What a link to nothing points to. */
  private static Path followed(Problems problems, Path target) {
    Path file = target;
    try {
      for (int i = 0; i < MOST_LINKS && Files.isSymbolicLink(file); i++) {
        file = file.resolveSibling(Files.readSymbolicLink(file)).normalize();
      }
      return file;
    } catch (IOException e) {
      throw problems.io(e, "the target cannot be looked up", "check where its link points to");
    }
  }

  private static boolean writeAndSync(Path file, Body body) throws IOException {
    Files.deleteIfExists(file); // what an interrupt left of the attempt before
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      PieceStream.ToFile out = PieceStream.to(channel);
      body.writeTo(out);
      out.flush();
      channel.force(true);
    }
    return true;
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
