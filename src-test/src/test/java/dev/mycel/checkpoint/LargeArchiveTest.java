package dev.mycel.checkpoint;

import static dev.mycel.checkpoint.TorchSamples.cat;
import static dev.mycel.checkpoint.TorchSamples.u2;
import static dev.mycel.checkpoint.TorchSamples.u4;
import static dev.mycel.checkpoint.TorchSamples.u8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mycel.core.DType;
import dev.mycel.core.Mycel;
import dev.mycel.core.Ops;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An archive of more than 4 GiB, which is a hole in the disk but for its ends. */
class LargeArchiveTest {
  private static final long ELEMENTS = 5L << 27;
  private static final long MANY = 0xffffffffL;

  @TempDir Path folder;

  @Test
  void whatStandsBeyondFourGibibytesIsLoaded() throws IOException {
    Mycel.setBackend("onednn");
    byte[] small = Files.readAllBytes(Checkpoints.saveNpy(Ops.arange(7), folder.resolve("small")));
    byte[] one =
        Files.readAllBytes(
            Checkpoints.saveNpy(Ops.zeros(1).cast(DType.FLOAT64), folder.resolve("one")));
    String text = new String(one, 0, 128, StandardCharsets.ISO_8859_1);
    // The number takes the place of blanks that end the header.
    byte[] large =
        text.replace("(1,)", "(" + ELEMENTS + ",)")
            .replace(" ".repeat(String.valueOf(ELEMENTS).length() - 1) + "\n", "\n")
            .getBytes(StandardCharsets.ISO_8859_1);
    assertEquals(128, large.length);
    long size = 128 + ELEMENTS * Double.BYTES;
    CRC32 crc = new CRC32();
    crc.update(small);
    byte[] sizes = cat(u2(1), u2(16), u8(size), u8(size));
    byte[] first = cat("PK", 3, 4, fixed(0, MANY, 7), u2(sizes.length), "big.npy", sizes);
    long at = first.length + size;
    byte[] second =
        cat("PK", 3, 4, fixed(crc.getValue(), small.length, 9), u2(0), "small.npy", small);
    byte[] place = cat(u2(1), u2(8), u8(at));
    byte[] list =
        cat(
            cat("PK", 1, 2, u2(45), fixed(0, MANY, 7), u2(sizes.length), rest(0), "big.npy", sizes),
            cat("PK", 1, 2, u2(45), fixed(crc.getValue(), small.length, 9)),
            cat(u2(place.length), rest(MANY), "small.npy", place));
    long listAt = at + second.length;
    byte[] end =
        cat(
            cat("PK", 6, 6, u8(44), u2(45), u2(45), u4(0), u4(0), u8(2), u8(2)),
            cat(u8(list.length), u8(listAt)),
            cat("PK", 6, 7, u4(0), u8(listAt + list.length), u4(1)),
            cat("PK", 5, 6, u4(0), u2(2), u2(2), u4(list.length), u4(-1), u2(0)));
    Path file = folder.resolve("large.npz");
    try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
      out.write(cat(first, large));
      out.seek(at);
      out.write(cat(second, list, end));
    }
    try (CheckpointFile opened = Checkpoints.open(file)) {
      assertEquals(List.of(ELEMENTS), opened.entries().get(0).shape());
      assertEquals(ELEMENTS * Double.BYTES, opened.entries().get(0).bytes());
      assertArrayEquals(Ops.arange(7).toLongArray(), opened.tensor("small").toLongArray());
    }
  }

  /** What both headers of an entry have. */
  private static byte[] fixed(long crc, long size, int name) {
    return cat(u2(45), u2(0), u2(0), u4(0), u4(crc), u4(size), u4(size), u2(name));
  }

  /** What the list has more. */
  private static byte[] rest(long place) {
    return cat(u2(0), u2(0), u2(0), u4(0), u4(place));
  }
}
