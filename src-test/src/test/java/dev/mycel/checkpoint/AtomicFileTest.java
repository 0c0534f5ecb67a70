package dev.mycel.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.CopyOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file is the old one or the new one, whatever happens while it is written. */
class AtomicFileTest {
  private static final byte[] HALF = "half a file".getBytes(StandardCharsets.UTF_8);

  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void anOldFile() throws IOException {
    file = folder.resolve("a.ckpt");
    Files.writeString(file, "old");
  }

  private void write(AtomicFile.Body body) {
    AtomicFile.write(new Problems("saveCheckpoint", file), file, body);
  }

  private static AtomicFile.Body text(String text) {
    return out -> out.write(text.getBytes(StandardCharsets.UTF_8));
  }

  private void assertAlone(String content) throws IOException {
    assertEquals(content, Files.readString(file));
    try (Stream<Path> all = Files.list(folder)) {
      assertEquals(List.of(file), all.toList());
    }
  }

  @Test
  void aDiskThatIsFullLeavesTheOldFileAndNothingElse() throws IOException {
    CheckpointException e =
        assertThrows(
            CheckpointException.class,
            () ->
                write(
                    out -> {
                      out.write(HALF);
                      out.flush();
                      throw new IOException("No space left on device");
                    }));
    assertEquals(
        "saveCheckpoint: the file cannot be written\n  file   "
            + file
            + "\n  cause  IOException: No space left on device\n"
            + "  hint  check the rights and the space in "
            + folder.toRealPath(),
        e.getMessage());
    assertAlone("old");
  }

  @Test
  void anErrorLeavesTheOldFileAndNothingElse() throws IOException {
    assertThrows(
        OutOfMemoryError.class,
        () ->
            write(
                out -> {
                  out.write(HALF);
                  throw new OutOfMemoryError("a test");
                }));
    assertAlone("old");
  }

  @Test
  void anInterruptInTheMidstBeginsAgainAndIsKept() throws IOException {
    AtomicInteger attempts = new AtomicInteger();
    write(
        out -> {
          out.write(HALF);
          if (attempts.incrementAndGet() < 3) {
            Thread.currentThread().interrupt();
          }
          out.write(HALF);
        });
    assertTrue(Thread.interrupted(), "the thread is still interrupted");
    assertEquals(3, attempts.get());
    assertAlone("half a filehalf a file");
  }

  @Test
  void interruptsWithoutEndAreAnErrorAndLeaveTheOldFile() throws IOException {
    assertThrows(
        CheckpointException.class,
        () ->
            write(
                out -> {
                  Thread.currentThread().interrupt();
                  out.write(HALF);
                }));
    assertTrue(Thread.interrupted(), "the thread is still interrupted");
    assertAlone("old");
  }

  @Test
  void theOldFileIsThereWhileTheNewOneIsWritten() throws IOException {
    write(
        out -> {
          out.write(HALF);
          out.flush();
          assertEquals("old", Files.readString(file));
          try (Stream<Path> all = Files.list(folder)) {
            assertEquals(1, all.filter(AtomicFile::isLeftover).count());
          }
        });
    assertAlone("half a file");
    assertFalse(AtomicFile.isLeftover(file));
  }

  @Test
  void aFileMarkedReadOnlyIsReplaced() throws IOException {
    assumeTrue(Files.getFileAttributeView(folder, PosixFileAttributeView.class) != null);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--------"));
    write(text("new"));
    assertAlone("new");
  }

  @Test
  void aFolderThatMayNotBeWrittenToIsRefused() throws IOException {
    assumeTrue(Files.getFileAttributeView(folder, PosixFileAttributeView.class) != null);
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("r-x------"));
    try {
      assumeFalse(Files.isWritable(folder), "the administrator may write everywhere");
      assertThrows(CheckpointException.class, () -> write(text("new")));
    } finally {
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
    }
    assertAlone("old");
  }

  @Test
  void aLinkStaysOneAndItsFileIsReplaced() throws IOException {
    Path link = folder.resolve("latest.ckpt");
    Files.createSymbolicLink(link, file.getFileName());
    AtomicFile.write(new Problems("saveCheckpoint", link), link, text("new"));
    assertTrue(Files.isSymbolicLink(link));
    assertEquals("new", Files.readString(file));
  }

  @Test
  void aLinkToNothingStaysOneAndItsFileIsMade() throws IOException {
    Path inner = Files.createDirectory(folder.resolve("inner"));
    Path link = folder.resolve("latest.ckpt");
    Path second = inner.resolve("second.ckpt");
    Files.createSymbolicLink(link, Path.of("inner", "second.ckpt"));
    Files.createSymbolicLink(second, Path.of("..", "real.ckpt"));
    AtomicFile.write(new Problems("saveCheckpoint", link), link, text("new"));
    assertTrue(Files.isSymbolicLink(link));
    assertTrue(Files.isSymbolicLink(second));
    assertEquals("new", Files.readString(folder.resolve("real.ckpt")));
  }

  @Test
  void linksInACircleAreRefused() throws IOException {
    Path one = folder.resolve("one.ckpt");
    Path two = folder.resolve("two.ckpt");
    Files.createSymbolicLink(one, two);
    Files.createSymbolicLink(two, one);
    assertThrows(
        CheckpointException.class,
        () -> AtomicFile.write(new Problems("saveCheckpoint", one), one, text("new")));
    assertTrue(Files.isSymbolicLink(one));
  }

  @Test
  void whereNothingMovesAtomicallyAPlainMoveReplaces() throws IOException {
    Path from = Files.writeString(folder.resolve("b"), "new");
    List<CopyOption> asked = new ArrayList<>();
    AtomicFile.rename(
        from,
        file,
        (a, b, how) -> {
          asked.add(how);
          if (how == StandardCopyOption.ATOMIC_MOVE) {
            throw new AtomicMoveNotSupportedException(a.toString(), b.toString(), "a test");
          }
          Files.move(a, b, how);
        });
    assertEquals(
        List.of(StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING), asked);
    assertAlone("new");
  }

  @Test
  void aFileIsWholeOnlyWithTheCheckSumOfItsContent() throws IOException {
    SaveOptions options = SaveOptions.defaults().crcCheck(true);
    Path saved =
        Checkpoints.saveCheckpoint(
            java.util.Map.of("a", dev.mycel.core.Ops.arange(40)), folder.resolve("c"), options);
    Checkpoints.verify(saved);
    byte[] bytes = Files.readAllBytes(saved);
    for (int end = 0; end < bytes.length; end++) {
      Files.write(saved, java.util.Arrays.copyOf(bytes, end));
      assertThrows(CheckpointException.class, () -> Checkpoints.verify(saved), "cut at " + end);
    }
    for (int at = 0; at < bytes.length; at++) {
      byte[] changed = bytes.clone();
      changed[at] ^= 1;
      Files.write(saved, changed);
      assertThrows(CheckpointException.class, () -> Checkpoints.verify(saved), "changed at " + at);
    }
    Files.write(saved, bytes);
    Thread.currentThread().interrupt();
    Checkpoints.verify(saved);
    assertTrue(Thread.interrupted(), "the thread is still interrupted");
  }
}
