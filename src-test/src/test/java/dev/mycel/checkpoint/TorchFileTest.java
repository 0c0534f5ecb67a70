package dev.mycel.checkpoint;

import static dev.mycel.checkpoint.TorchSamples.archive;
import static dev.mycel.checkpoint.TorchSamples.cat;
import static dev.mycel.checkpoint.TorchSamples.dict;
import static dev.mycel.checkpoint.TorchSamples.entries;
import static dev.mycel.checkpoint.TorchSamples.global;
import static dev.mycel.checkpoint.TorchSamples.legacy;
import static dev.mycel.checkpoint.TorchSamples.number;
import static dev.mycel.checkpoint.TorchSamples.numbers;
import static dev.mycel.checkpoint.TorchSamples.pickle;
import static dev.mycel.checkpoint.TorchSamples.storage;
import static dev.mycel.checkpoint.TorchSamples.tensor;
import static dev.mycel.checkpoint.TorchSamples.text;
import static dev.mycel.checkpoint.TorchSamples.tuple;
import static dev.mycel.checkpoint.TorchSamples.u8;
import static dev.mycel.checkpoint.TorchSamples.zip;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.core.DType;
import dev.mycel.core.Mycel;
import dev.mycel.core.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files around pickles: archives, the format before them, and what the tensors need together. */
class TorchFileTest {
  @TempDir Path folder;

  @BeforeEach
  void onTheDefaultBackend() {
    Mycel.setBackend("onednn");
  }

  private CheckpointFile open(byte[] bytes) throws IOException {
    return Checkpoints.open(Files.write(folder.resolve("sample.pt"), bytes));
  }

  private void refused(String part, byte[] bytes) throws IOException {
    CheckpointException e =
        assertThrows(CheckpointException.class, () -> open(bytes).toParameters());
    assertTrue(e.getMessage().contains(part), e.getMessage());
    assertTrue(e.getMessage().contains("sample.pt"), e.getMessage());
  }

  private static byte[] floats(ByteOrder order, float... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(order);
    bytes.asFloatBuffer().put(values);
    return bytes.array();
  }

  private static byte[] floats(float... values) {
    return floats(ByteOrder.LITTLE_ENDIAN, values);
  }

  private static byte[] vector(int count) {
    return pickle(
        dict(tensor(storage("FloatStorage", "0", count), 0, new long[] {count}, new long[] {1})));
  }

  @Test
  void anArchiveMayHave64BitSizesAndPositions() throws IOException {
    byte[] wide = zip(entries(vector(3), floats(1, 2, 3)), true);
    try (CheckpointFile file = open(wide)) {
      assertArrayEquals(new float[] {1, 2, 3}, file.tensor("w").toFloatArray());
    }
  }

  @Test
  void bytesOfTheOtherOrderAreTurned() throws IOException {
    Map<String, byte[]> big = entries(vector(3), floats(ByteOrder.BIG_ENDIAN, 1, 2, 3));
    big.put("a/byteorder", cat("big"));
    try (CheckpointFile file = open(zip(big, false))) {
      assertArrayEquals(new float[] {1, 2, 3}, file.tensor("w").toFloatArray());
    }
    byte[] strided =
        pickle(dict(tensor(storage("FloatStorage", "0", 3), 0, new long[] {2}, new long[] {2})));
    big.put("a/data.pkl", strided);
    try (CheckpointFile file = open(zip(big, false))) {
      assertArrayEquals(new float[] {1, 3}, file.tensor("w").toFloatArray());
    }
    big.put("a/byteorder", cat("middle"));
    refused("neither 'little' nor 'big'", zip(big, false));
    big.remove("a/byteorder");
    big.put("a/data/0", floats(1, 2, 3));
    try (CheckpointFile file = open(zip(big, false))) {
      assertArrayEquals(new float[] {1, 3}, file.tensor("w").toFloatArray());
    }
  }

  @Test
  void aCompressedArchiveIsReadAsWell() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream out = new ZipOutputStream(bytes)) {
      for (Map.Entry<String, byte[]> e : entries(vector(3), floats(1, 2, 3)).entrySet()) {
        out.putNextEntry(new ZipEntry(e.getKey()));
        out.write(e.getValue());
      }
    }
    try (CheckpointFile file = open(bytes.toByteArray())) {
      assertArrayEquals(new float[] {1, 2, 3}, file.tensor("w").toFloatArray());
    }
  }

  @Test
  void aBombIsRefusedBeforeItIsInflated() throws IOException {
    byte[] zeros = new byte[64 << 20];
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream out = new ZipOutputStream(bytes)) {
      for (Map.Entry<String, byte[]> e : entries(vector(4), zeros).entrySet()) {
        out.putNextEntry(new ZipEntry(e.getKey()));
        out.write(e.getValue());
      }
    }
    refused("the storage has 67108864 bytes, the pickle says 4 elements", bytes.toByteArray());
    Path file = folder.resolve("sample.pt");
    byte[] honest = bytes.toByteArray();
    assertTrue(honest.length < 100_000);
    bytes.reset();
    try (ZipOutputStream out = new ZipOutputStream(bytes)) {
      for (Map.Entry<String, byte[]> e : entries(vector(zeros.length / 4), zeros).entrySet()) {
        out.putNextEntry(new ZipEntry(e.getKey()));
        out.write(e.getValue());
      }
    }
    Files.write(file, bytes.toByteArray());
    Limits strict = Limits.defaults().unpackRatio(100);
    CheckpointException e =
        assertThrows(CheckpointException.class, () -> Checkpoints.open(file, strict));
    assertTrue(e.getMessage().contains("Limits.unpackRatio"), e.getMessage());
  }

  @Test
  void aChangedByteOfAContentIsFoundByItsCheckSum() throws IOException {
    byte[] whole = archive(vector(3), floats(1, 2, 3));
    byte[] content = floats(1, 2, 3);
    int at = indexOf(whole, content);
    whole[at + 5] ^= 1;
    refused("check sum", whole);
    byte[] strided =
        pickle(dict(tensor(storage("FloatStorage", "0", 3), 0, new long[] {2}, new long[] {2})));
    byte[] other = archive(strided, content);
    other[indexOf(other, content) + 5] ^= 1;
    refused("check sum", other);
  }

  private static int indexOf(byte[] bytes, byte[] part) {
    return java.util.stream.IntStream.range(0, bytes.length - part.length)
        .filter(i -> java.util.Arrays.equals(bytes, i, i + part.length, part, 0, part.length))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void entriesAreCountedAgainstTheLimit() throws IOException {
    Map<String, byte[]> many = entries(vector(1), floats(1));
    for (int i = 0; i < 70; i++) {
      many.put("a/more/" + i, new byte[0]);
    }
    Path file = Files.write(folder.resolve("sample.pt"), zip(many, false));
    CheckpointException e =
        assertThrows(
            CheckpointException.class, () -> Checkpoints.open(file, Limits.defaults().entries(1)));
    assertTrue(e.getMessage().contains("the archive has 74 entries"), e.getMessage());
  }

  @Test
  void aPickleHasALongestLength() throws IOException {
    byte[] keys = pickle(PickleOp.EMPTY_LIST, text("0"), PickleOp.APPEND);
    Limits short50 = Limits.defaults().headerBytes(50);
    for (byte[] bytes :
        List.of(archive(vector(1), floats(1)), legacy(vector(1), keys, u8(1), floats(1)))) {
      Path file = Files.write(folder.resolve("sample.pt"), bytes);
      CheckpointException e =
          assertThrows(CheckpointException.class, () -> Checkpoints.open(file, short50));
      assertTrue(e.getMessage().contains("raise Limits.headerBytes"), e.getMessage());
    }
  }

  @Test
  void namesOfEntriesStayInsideOfTheArchive() throws IOException {
    for (String name : List.of("a/../b", "/etc/passwd", "a\\b", "../x", "a\0b")) {
      Map<String, byte[]> all = entries(vector(1), floats(1));
      all.put(name, new byte[1]);
      refused("is no name of an entry", zip(all, false));
    }
  }

  @Test
  void archivesOfOtherKindsAreRefused() throws IOException {
    Map<String, byte[]> program = entries(vector(1), floats(1));
    program.put("a/constants.pkl", new byte[1]);
    refused("TorchScript", zip(program, false));
    Map<String, byte[]> two = entries(vector(1), floats(1));
    two.put("b/data.pkl", vector(1));
    refused("a second pickle", zip(two, false));
    refused("bytes follow the pickle's STOP", archive(cat(vector(1), 0), floats(1)));
    byte[] before = cat("PK", 3, 4, new byte[60], archive(vector(1), floats(1)));
    refused("does not stand before its end", before);
  }

  @Test
  void theFormatBeforeZipIsReadAndItsPartsAreCompared() throws IOException {
    byte[] keys = pickle(PickleOp.EMPTY_LIST, text("0"), PickleOp.APPEND);
    byte[] content = floats(1, 2, 3);
    try (CheckpointFile file = open(legacy(vector(3), keys, u8(3), content))) {
      assertArrayEquals(new float[] {1, 2, 3}, file.tensor("w").toFloatArray());
    }
    byte[] none = pickle(PickleOp.EMPTY_LIST);
    byte[] twice =
        pickle(PickleOp.EMPTY_LIST, PickleOp.MARK, text("0"), text("0"), PickleOp.APPENDS);
    byte[] other = pickle(PickleOp.EMPTY_LIST, text("1"), PickleOp.APPEND);
    refused("names storage 0, which is not there", legacy(vector(3), none));
    refused("is there twice", legacy(vector(3), twice, u8(3), content, u8(3), content));
    refused("not named by a tensor", legacy(vector(3), other, u8(3), content));
    refused("has 4 elements, the pickle says 3", legacy(vector(3), keys, u8(4), content));
    refused("has 12 bytes, the file has 11", legacy(vector(3), keys, u8(3), new byte[11]));
    refused("bytes follow the last storage", legacy(vector(3), keys, u8(3), content, u8(0)));
    refused("the keys of the storages are None", legacy(vector(3), pickle(PickleOp.NONE)));
    refused("torch.save did not write", vector(3));
  }

  @Test
  void aListThatHoldsItselfIsRefusedHoweverItDoes() throws IOException {
    byte[] list = cat(PickleOp.EMPTY_LIST, PickleOp.BINPUT, 0, PickleOp.BINGET, 0, PickleOp.APPEND);
    refused("a list holds itself", archive(pickle(list)));
    byte[] dict =
        cat(
            PickleOp.EMPTY_DICT,
            PickleOp.BINPUT,
            0,
            text("a"),
            tuple(PickleOp.BINGET, 0),
            PickleOp.SETITEM);
    refused("a dict holds itself", archive(pickle(dict)));
  }

  @Test
  void theSameListTwiceIsReadTwice() throws IOException {
    byte[] list = cat(PickleOp.EMPTY_LIST, PickleOp.BINPUT, 0, number(5), PickleOp.APPEND);
    try (CheckpointFile file = open(archive(pickle(tuple(list, PickleOp.BINGET, 0))))) {
      assertEquals(Map.of("0.0", "5", "1.0", "5"), file.metadata());
    }
  }

  @Test
  void referencesToReferencesDoNotTakeForever() throws IOException {
    for (byte[] inner : List.of(cat(PickleOp.NONE), cat(PickleOp.EMPTY_LIST))) {
      byte[] nested = inner;
      for (int level = 0; level < 30; level++) {
        byte[] get = cat(PickleOp.BINGET, level);
        nested =
            cat(
                PickleOp.MARK,
                nested,
                PickleOp.BINPUT,
                level,
                get,
                get,
                get,
                get,
                get,
                get,
                get,
                get,
                get,
                PickleOp.TUPLE);
      }
      refused("Limits.entries", archive(pickle(nested)));
    }
  }

  @Test
  void deepNestingIsRefusedWithoutDeepCalls() throws IOException {
    byte[] deep = cat("]".repeat(200_000), "a".repeat(199_999));
    refused("nested more than 64 deep", archive(pickle(deep)));
    Path file =
        Files.write(folder.resolve("deep.pt"), archive(pickle("]".repeat(70), "a".repeat(69))));
    Checkpoints.open(file, Limits.defaults().depth(70)).close();
  }

  @Test
  void twoValuesOfOneNameAreRefused() throws IOException {
    byte[] inner = cat(PickleOp.EMPTY_DICT, text("b"), number(1), PickleOp.SETITEM);
    byte[] outer =
        cat(
            PickleOp.EMPTY_DICT,
            PickleOp.MARK,
            text("a"),
            inner,
            text("a.b"),
            number(2),
            PickleOp.SETITEMS);
    refused("two values are called 'a.b'", archive(pickle(outer)));
  }

  @Test
  void aBareTensorIsCalledTensor() throws IOException {
    byte[] bare = tensor(storage("LongStorage", "0", 1), 0, new long[0], new long[0]);
    try (CheckpointFile file = open(archive(pickle(bare), u8(-7)))) {
      assertEquals(-7, file.tensor("tensor").toLongArray()[0]);
      assertEquals(DType.INT64, file.entries().get(0).dtype());
    }
  }

  @Test
  void aNameIsNoValue() throws IOException {
    refused("is the name torch.FloatStorage", archive(pickle(global("torch", "FloatStorage"))));
    refused("'w' is a storage", archive(pickle(dict(storage("FloatStorage", "0", 1))), floats(1)));
  }

  @Test
  void expandedTensorsCannotMakeFewBytesIntoMany() throws IOException {
    byte[] one = storage("FloatStorage", "0", 1);
    byte[] huge = tensor(one, 0, new long[] {1L << 28}, new long[] {0});
    refused("as views of the same bytes", archive(pickle(dict(huge)), floats(1)));
    byte[] many = cat(PickleOp.MARK);
    for (int i = 0; i < 20; i++) {
      many = cat(many, text("t" + i), tensor(one, 0, new long[] {1 << 18}, new long[] {0}));
    }
    refused("as views of the same bytes", archive(pickle(many, PickleOp.DICT), floats(1)));
    byte[] some = tensor(one, 0, new long[] {3, 2}, new long[] {0, 0});
    try (CheckpointFile file = open(archive(pickle(dict(some)), floats(4)))) {
      assertArrayEquals(new float[] {4, 4, 4, 4, 4, 4}, file.tensor("w").toFloatArray());
    }
  }

  @Test
  void aFewElementsOfALargeStorageAreReadAlone() throws IOException {
    float[] values = new float[100_000];
    values[99_999] = 9;
    values[0] = 1;
    byte[] ends =
        tensor(storage("FloatStorage", "0", 100_000), 0, new long[] {2}, new long[] {99_999});
    try (CheckpointFile file = open(archive(pickle(dict(ends)), floats(values)))) {
      assertArrayEquals(new float[] {1, 9}, file.tensor("w").toFloatArray());
    }
  }

  @Test
  void aTransposedTensorLargerThanASegmentIsGathered() throws IOException {
    int rows = 2100;
    int columns = 2050; // more than 16 MiB
    float[] values = new float[rows * columns];
    for (int i = 0; i < values.length; i++) {
      values[i] = i;
    }
    byte[] view =
        tensor(
            storage("FloatStorage", "0", values.length),
            0,
            new long[] {columns, rows},
            new long[] {1, columns});
    try (CheckpointFile file = open(archive(pickle(dict(view)), floats(values)))) {
      float[] turned = file.tensor("w").toFloatArray();
      for (int i = 0; i < values.length; i += 997) {
        assertEquals(values[i], turned[i % columns * rows + i / columns]);
      }
    }
  }

  @Test
  void typesWithoutACounterpartAreListedAndNotLoaded() throws IOException {
    byte[] complex =
        tensor(storage("ComplexFloatStorage", "0", 1), 0, new long[] {1}, new long[] {1});
    byte[] content = {1, 2, 3, 4, 5, 6, 7, 8};
    try (CheckpointFile file = open(archive(pickle(dict(complex)), content))) {
      CheckpointEntry entry = file.entries().get(0);
      assertEquals("complex64", entry.storedType());
      assertFalse(entry.isLoadable());
      assertThrows(CheckpointException.class, () -> file.tensor("w"));
      assertTrue(Tensor.of(content, DType.UINT8, 8).sameAs(file.bytes("w")));
    }
  }

  @Test
  void unsignedTypesComeFromUntypedStorages() throws IOException {
    byte[] v3 =
        cat(
            global("torch._utils", "_rebuild_tensor_v3"),
            tuple(
                storage("UntypedStorage", "0", 4),
                number(1),
                numbers(1),
                numbers(1),
                PickleOp.NEWFALSE,
                TorchSamples.noHooks(),
                global("torch", "uint16")),
            PickleOp.REDUCE);
    byte[] content = cat(1, 0, 255, 255);
    try (CheckpointFile file = open(archive(pickle(dict(v3)), content))) {
      assertEquals("uint16", file.entries().get(0).storedType());
      assertArrayEquals(new int[] {65535}, file.tensor("w").toIntArray());
    }
  }
}
