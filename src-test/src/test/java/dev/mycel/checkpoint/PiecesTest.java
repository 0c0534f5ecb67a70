package dev.mycel.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.DType;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Mycel;
import dev.mycel.core.Random;
import dev.mycel.core.Scope;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Content that goes to a file piece by piece. */
class PiecesTest {
  @TempDir Path folder;

  @BeforeEach
  void onTheDefaultBackend() {
    Mycel.setBackend("onednn");
  }

  @Test
  void smallAndLargePiecesKeepTheirOrderAndCheckSum() throws IOException {
    ByteArrayOutputStream expected = new ByteArrayOutputStream();
    ByteArrayOutputStream found = new ByteArrayOutputStream();
    CRC32 crc = new CRC32();
    PieceStream channel = PieceStream.to(Channels.newChannel(found));
    PieceStream out = PieceStream.checked(channel, crc);
    java.util.Random random = new java.util.Random(7);
    for (int size : new int[] {1, 70_000, 3, 65_536, 0, 65_530, 7, 200_000, 1}) {
      byte[] part = new byte[size];
      random.nextBytes(part);
      expected.writeBytes(part);
      PieceStream.write(out, size % 2 == 0 ? ByteBuffer.wrap(part) : direct(part));
      out.write(size);
      expected.write(size);
      out.write(part, size / 2, size - size / 2);
      expected.write(part, size / 2, size - size / 2);
    }
    out.flush();
    assertArrayEquals(expected.toByteArray(), found.toByteArray());
    CRC32 whole = new CRC32();
    whole.update(expected.toByteArray());
    assertEquals(whole.getValue(), crc.getValue());
    ByteArrayOutputStream plain = new ByteArrayOutputStream();
    PieceStream.write(plain, direct(expected.toByteArray()));
    assertArrayEquals(expected.toByteArray(), plain.toByteArray());
  }

  private static ByteBuffer direct(byte[] bytes) {
    return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
  }

  @Test
  void elementsAreSwappedByTheirWidth() {
    byte[] given = {1, 2, 3, 4, 5, 6, 7, 8};
    ByteBuffer out = ByteBuffer.allocate(8);
    Elements.swap(ByteBuffer.wrap(given), 4, out);
    assertArrayEquals(new byte[] {4, 3, 2, 1, 8, 7, 6, 5}, out.array());
    Elements.swap(ByteBuffer.wrap(given), 2, out.clear());
    assertArrayEquals(new byte[] {2, 1, 4, 3, 6, 5, 8, 7}, out.array());
  }

  @Test
  void aTensorInManyRecordsIsReadAsOne() throws IOException {
    Tensor tensor = Random.uniform(Shape.of(600_000), 0, 1);
    Tensor none = Tensor.of(new float[0]);
    List<Item> items =
        List.of(new Item.Numbers("x", tensor), new Item.Numbers("none", none.reshape(0, 3)));
    Path file = folder.resolve("many.ckpt");
    try (OutputStream out = Files.newOutputStream(file)) {
      new RecordWriter(out, 250_000).write(items);
    }
    try (CheckpointFile opened = Checkpoints.open(file)) {
      SafetensorsTest.assertSame("x", tensor, opened.tensor("x"));
      assertEquals(List.of(0L, 3L), opened.entries().get(1).shape());
    }
  }

  @Test
  void sourcesAreMadeWhenTheirTurnComesAndGivenUp() {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (int i = 0; i < 8; i++) {
      tensors.put("t" + i, Random.uniform(Shape.of(300_000), 0, 1));
    }
    Path whole = Checkpoints.saveCheckpoint(tensors, folder.resolve("whole"));
    try (CheckpointFile file = Checkpoints.open(whole)) {
      Map<String, TensorSource> sources = new LinkedHashMap<>();
      long[] most = {0};
      long before = Interpreters.root().memory().liveBytes();
      file.entries()
          .forEach(
              e -> {
                TensorSource s = TensorSource.of(file, e);
                sources.put(
                    e.name(),
                    new TensorSource(
                        s.dtype(),
                        s.shape(),
                        () -> {
                          Tensor made = s.content().get();
                          long live = Interpreters.root().memory().liveBytes() - before;
                          most[0] = Math.max(most[0], live);
                          return made;
                        }));
              });
      same(tensors, Checkpoints.saveSafetensors(sources, folder.resolve("a")));
      same(tensors, Checkpoints.saveCheckpoint(sources, folder.resolve("b")));
      same(tensors, Checkpoints.saveNpz(sources, folder.resolve("c")));
      assertTrue(most[0] < 3 * 300_000 * Float.BYTES, "live bytes: " + most[0]);
    }
  }

  private static void same(Map<String, Tensor> tensors, Path saved) {
    try (Scope scope = Scope.open();
        CheckpointFile file = Checkpoints.open(saved)) {
      assertEquals(tensors.size(), file.entries().size());
      tensors.forEach((name, t) -> SafetensorsTest.assertSame(name, t, file.tensor(name)));
    }
  }

  @Test
  void aFileThatIsCutWhileItIsOpenEndsInAnError() throws IOException {
    Map<String, Tensor> tensors = Map.of("x", Random.uniform(Shape.of(500_000), 0, 1));
    for (Path path :
        List.of(
            Checkpoints.saveCheckpoint(tensors, folder.resolve("cut")),
            Checkpoints.saveSafetensors(tensors, folder.resolve("cut")))) {
      try (CheckpointFile file = Checkpoints.open(path);
          FileChannel other = FileChannel.open(path, StandardOpenOption.WRITE)) {
        long before = Interpreters.root().memory().liveBytes();
        other.truncate(1_000_000);
        CheckpointException e = assertThrows(CheckpointException.class, () -> file.tensor("x"));
        assertTrue(e.getMessage().contains("the file became shorter while it was read"));
        assertTrue(Interpreters.root().memory().liveBytes() <= before);
      }
    }
  }

  @Test
  void aSourceThatMakesAnotherTensorLeavesNoFile() {
    TensorSource wrong =
        new TensorSource(DType.FLOAT32, Shape.of(2), () -> Tensor.of(new float[] {1, 2, 3}));
    Path file = folder.resolve("wrong.ckpt");
    ArgumentException e =
        assertThrows(
            ArgumentException.class, () -> Checkpoints.saveCheckpoint(Map.of("x", wrong), file));
    assertEquals(
        """
        saveCheckpoint: the source of 'x' made another tensor
          announced  float32(2,)
          made       float32(3,)""",
        e.getMessage());
    assertFalse(Files.exists(file));
    assertEquals(0, folder.toFile().list().length);
  }
}
