package dev.mycel.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import dev.mycel.checkpoint.proto.Checkpoint;
import dev.mycel.checkpoint.proto.TensorProto;
import dev.mycel.core.Mycel;
import dev.mycel.nn.layer.Dense;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files made to harm a reader; {@link MutationTest} makes others at random. */
class HostileFilesTest {
  private static final Path GOLDEN = Path.of("src/test/resources/checkpoints");

  @TempDir Path folder;

  @BeforeEach
  void onTheDefaultBackend() {
    Mycel.setBackend("onednn");
  }

  private CheckpointException refused(byte[] bytes) throws IOException {
    Path file = Files.write(folder.resolve("hostile.ckpt"), bytes);
    return assertThrows(CheckpointException.class, () -> Checkpoints.loadCheckpoint(file));
  }

  private static void says(String part, CheckpointException e) {
    assertTrue(e.getMessage().contains(part), e.getMessage());
  }

  private static Checkpoint.Value record(String name, TensorProto tensor) {
    return Checkpoint.Value.newBuilder().setTag(name).setTensor(tensor).build();
  }

  private static TensorProto tensor(String type, byte[] content, long... dims) {
    TensorProto.Builder builder =
        TensorProto.newBuilder().setTensorType(type).setTensorContent(ByteString.copyFrom(content));
    Arrays.stream(dims).forEach(builder::addDims);
    return builder.build();
  }

  private static byte[] file(Checkpoint.Value... records) {
    return Checkpoint.newBuilder().addAllValue(List.of(records)).build().toByteArray();
  }

  @Test
  void aFileCutAnywhereIsRefusedOrEndsBetweenTwoEntries() throws IOException {
    byte[] whole = Files.readAllBytes(GOLDEN.resolve("dense.ckpt"));
    int between = 2 + whole[1];
    for (int length = 0; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      if (length == between) {
        Path file = Files.write(folder.resolve("cut.ckpt"), cut);
        assertEquals(1, Checkpoints.loadCheckpoint(file).size());
      } else {
        refused(cut);
      }
    }
  }

  @Test
  void withACheckSumACutFileIsRefusedWhereverItWasCut() throws IOException {
    byte[] whole = Files.readAllBytes(GOLDEN.resolve("dense_crc.ckpt"));
    int withoutSum = 62;
    for (int length = 0; length < whole.length; length++) {
      if (length != withoutSum && length != 2 + whole[1]) {
        refused(Arrays.copyOf(whole, length));
      }
    }
  }

  @Test
  void aChangedBitIsFoundByTheCheckSum() throws IOException {
    byte[] whole = Files.readAllBytes(GOLDEN.resolve("dense_crc.ckpt"));
    for (int bit = 0; bit < 8 * 62; bit++) {
      byte[] changed = whole.clone();
      changed[bit / 8] ^= (byte) (1 << bit % 8);
      refused(changed);
    }
  }

  @Test
  void claimedSizesAreCheckedBeforeMemoryIsTaken() throws IOException {
    byte[] four = new byte[4];
    says("bytes", refused(file(record("w", tensor("Float32", four, 1L << 31, 1L << 31)))));
    says(
        "more bytes than a file can",
        refused(file(record("w", tensor("Float32", four, Long.MAX_VALUE, Long.MAX_VALUE)))));
    says("bytes", refused(file(record("w", tensor("Float32", four, 2)))));
    says("bytes", refused(file(record("w", tensor("Float32", new byte[0], 1_000_000_000)))));
    says("negative", refused(file(record("w", tensor("Float32", four, -1)))));
    says("axes", refused(file(record("w", tensor("Float32", four, new long[100_000])))));
    says("no type 'Float31'", refused(file(record("w", tensor("Float31", four, 1)))));
    says("UTF-32", refused(file(record("w", tensor("str", new byte[] {0, 0, 17, 127}, 1)))));
  }

  /** The first bytes tell the format, and there may be few of them. */
  @Test
  void aFileThatEndsWithinItsFirstLengthIsRefused() throws IOException {
    for (int length = 1; length < 20; length++) {
      byte[] bytes = new byte[length];
      Arrays.fill(bytes, (byte) 0xff);
      bytes[0] = 0x0a;
      refused(bytes);
      Path file = Files.write(folder.resolve("short.ckpt"), bytes);
      assertThrows(CheckpointException.class, () -> Checkpoints.open(file));
    }
  }

  @Test
  void lengthsBeyondTheFileAreRefused() throws IOException {
    for (long length : new long[] {100, Integer.MAX_VALUE, 1L << 32, Long.MAX_VALUE, -1}) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      CodedOutputStream out = CodedOutputStream.newInstance(bytes);
      out.writeTag(1, 2);
      out.writeUInt64NoTag(length);
      out.writeRawBytes(new byte[10]);
      out.flush();
      refused(bytes.toByteArray());
    }
  }

  @Test
  void twoEntriesOfOneNameAreRefused() throws IOException {
    Checkpoint.Value w = record("w", tensor("Float32", new byte[4], 1));
    Checkpoint.Value v = record("v", tensor("Float32", new byte[4], 1));
    says("two entries have one name", refused(file(w, v, w)));
  }

  @Test
  void fieldsOfALaterFormatAreSkipped() throws IOException {
    Checkpoint.Value w = record("w", tensor("Float32", new byte[4], 1));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.writeByteArray(99, new byte[20]);
    out.writeInt64(98, 7);
    out.writeMessage(1, w);
    out.flush();
    Path file = Files.write(folder.resolve("later.ckpt"), bytes.toByteArray());
    assertArrayEquals(new long[] {1}, Checkpoints.loadCheckpoint(file).get("w").shape().dims());
  }

  @Test
  void aFullDiskLeavesTheOldFileAndNothingElse() throws IOException {
    Configuration small = Configuration.unix().toBuilder().setMaxSize(24 * 1024).build();
    try (FileSystem disk = Jimfs.newFileSystem(small)) {
      Path file = disk.getPath("/net.ckpt");
      Checkpoints.saveCheckpoint(new Dense(8, 8), file);
      byte[] before = Files.readAllBytes(file);
      Dense large = new Dense(128, 128);
      assertThrows(CheckpointException.class, () -> Checkpoints.saveCheckpoint(large, file));
      assertArrayEquals(before, Files.readAllBytes(file), "the old file is whole");
      try (Stream<Path> all = Files.list(disk.getPath("/"))) {
        assertEquals(
            List.of("net.ckpt"),
            all.filter(Files::isRegularFile).map(p -> p.getFileName().toString()).toList());
      }
    }
  }
}
