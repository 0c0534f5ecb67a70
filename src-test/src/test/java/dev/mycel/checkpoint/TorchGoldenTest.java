package dev.mycel.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.mycel.core.Mycel;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Parameter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that PyTorch 2.15.0 wrote, and files made to harm a reader. */
class TorchGoldenTest {
  private static final Path GOLDENS = TorchSamples.goldens();

  /** Large files, of which {@link TorchFileTest} makes the like. */
  private static final Set<String> MADE_HERE = Set.of("bomb.pt", "deep.pt");

  /** A part of each file's message. */
  private static final Map<String, String> REASONS =
      Map.ofEntries(
          Map.entry("beyond_storage.pt", "lies outside of storage 0, which has 4 elements"),
          Map.entry("build.pt", "names os.system"),
          Map.entry("cut_pickle.pt", "BINUNICODE announces 7 bytes, the pickle has 6 left"),
          Map.entry("cut_zip.pt", "the archive has no end"),
          Map.entry("dotted_global.pt", "names torch.os.system"),
          Map.entry("empty.pt", "the file is empty"),
          Map.entry("endless_list.pt", "a list holds itself"),
          Map.entry("eval.pt", "names builtins.eval"),
          Map.entry("exec_python2.pt", "names __builtin__.exec"),
          Map.entry("extension.pt", "the opcode EXT1 is not allowed"),
          Map.entry("getattr.pt", "names builtins.getattr"),
          Map.entry("huge_shape.pt", "more elements than a file can"),
          Map.entry("inst.pt", "the opcode INST is not allowed"),
          Map.entry("laughs.pt", "STOP finds 31 values"),
          Map.entry("legacy_cut.pt", "the pickle ends inside BINPUT"),
          Map.entry("legacy_os_system.pt", "names os.system"),
          Map.entry("long_number.pt", "an integer of 2147483647 bytes"),
          Map.entry("long_text.pt", "announces 1152921504606846976 bytes"),
          Map.entry("negative_offset.pt", "the offset of a tensor is -1"),
          Map.entry("negative_shape.pt", "an extent is -2"),
          Map.entry("negative_stride.pt", "a stride is -2"),
          Map.entry("newobj.pt", "names subprocess.Popen"),
          Map.entry("no_pickle.pt", "no entry data.pkl"),
          Map.entry("no_stop.pt", "ends without STOP"),
          Map.entry("obj.pt", "names os.system"),
          Map.entry("os_system.pt", "names os.system"),
          Map.entry("posix_system.pt", "names posix.system"),
          Map.entry("rank_mismatch.pt", "the shape [2, 2] and the strides [1]"),
          Map.entry("size_overflow.pt", "the size of storage 0 is 4611686018427387904"),
          Map.entry("stack_global.pt", "names os.system"),
          Map.entry("stack_underflow.pt", "REDUCE needs 2 values on the stack, there are 0"),
          Map.entry("storage_kind.pt", "names os.system"),
          Map.entry("storage_missing.pt", "which the archive does not have"),
          Map.entry("storage_path.pt", "is no key of a storage"),
          Map.entry("storage_short.pt", "the storage has 8 bytes"),
          Map.entry("two_pickles.pt", "two entries of the archive have this name"),
          Map.entry("unknown_memo.pt", "the memo has nothing at 99"));

  @BeforeEach
  void onTheDefaultBackend() {
    Mycel.setBackend("onednn");
  }

  private static Stream<JsonObject> manifest(Path folder) throws IOException {
    return Files.readAllLines(folder.resolve("manifest.jsonl")).stream()
        .map(line -> JsonParser.parseString(line).getAsJsonObject())
        .filter(row -> row.get("file").getAsString().endsWith(".pt"));
  }

  @TestFactory
  Stream<DynamicTest> everyFileOfPyTorchIsReadBitForBit() throws IOException {
    return manifest(GOLDENS)
        .filter(row -> !row.has("key"))
        .map(row -> row.get("file").getAsString())
        .map(file -> DynamicTest.dynamicTest(file, () -> compare(file)));
  }

  private static void compare(String name) throws IOException {
    List<JsonObject> rows =
        manifest(GOLDENS)
            .filter(row -> row.get("file").getAsString().equals(name) && row.has("key"))
            .toList();
    try (CheckpointFile file = Checkpoints.open(GOLDENS.resolve(name))) {
      assertEquals("pytorch", file.format());
      List<String> tensors = new ArrayList<>();
      List<String> texts = new ArrayList<>();
      for (JsonObject row : rows) {
        String key = row.get("key").getAsString();
        if (row.has("dtype")) {
          tensors.add(key);
          compare((TorchFile) file, key, row);
        } else {
          texts.add(key);
          assertEquals(shown(row.get("json")), file.metadata().get(key), key);
        }
      }
      assertEquals(tensors, file.entries().stream().map(CheckpointEntry::name).toList());
      assertEquals(texts, List.copyOf(file.metadata().keySet()));
    }
  }

  private static String shown(JsonElement json) {
    if (json.isJsonNull()) {
      return "None";
    }
    if (json.getAsJsonPrimitive().isBoolean()) {
      return json.getAsBoolean() ? "True" : "False";
    }
    String text = json.getAsString();
    boolean real = json.getAsJsonPrimitive().isNumber() && !text.matches("-?[0-9]+");
    return real ? String.valueOf(Double.parseDouble(text)) : text;
  }

  private static void compare(TorchFile file, String key, JsonObject row) throws IOException {
    CheckpointEntry entry = entry(file, key);
    assertEquals(row.get("dtype").getAsString(), entry.storedType(), key);
    List<Long> shape =
        row.getAsJsonArray("shape").asList().stream().map(JsonElement::getAsLong).toList();
    assertEquals(shape, entry.shape(), key);
    assertEquals(row.get("sha256").getAsString(), sha256(file, entry), key);
    try (Tensor tensor = file.tensor(key)) {
      assertEquals(Shape.of(shape), tensor.shape(), key);
      assertEquals(entry.dtype(), tensor.dtype(), key);
    }
  }

  private static CheckpointEntry entry(CheckpointFile file, String key) {
    return file.entries().stream().filter(e -> e.name().equals(key)).findFirst().orElseThrow();
  }

  private static String sha256(TorchFile file, CheckpointEntry entry) throws IOException {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      if (entry.bytes() > 0) {
        ByteBuffer bytes = file.content(entry).next(Math.toIntExact(entry.bytes()));
        digest.update(bytes);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void viewsOfOneStorageLoadAsTensorsOfTheirOwn() {
    try (CheckpointFile file = Checkpoints.open(GOLDENS.resolve("views.pt"))) {
      float[] base = file.tensor("base").toFloatArray();
      float[] transposed = file.tensor("transposed").toFloatArray();
      float[] expanded = file.tensor("expanded").toFloatArray();
      for (int row = 0; row < 6; row++) {
        for (int column = 0; column < 4; column++) {
          assertEquals(base[row * 4 + column], transposed[column * 6 + row]);
        }
      }
      assertEquals(expanded[0], expanded[4]);
    }
  }

  @Test
  void eightBitFloatsLoadAsHalvesWithTheSameValues() {
    try (CheckpointFile file = Checkpoints.open(GOLDENS.resolve("float8.pt"))) {
      for (CheckpointEntry entry : file.entries()) {
        assertEquals(entry.dtype(), file.tensor(entry.name()).dtype());
        assertEquals(15, entry.bytes());
      }
    }
  }

  @Test
  void aStateDictLoadsAsParametersUnderItsNames() {
    try (CheckpointFile file = Checkpoints.open(GOLDENS.resolve("checkpoint.pt"))) {
      Map<String, Parameter> model = file.toParameters(name -> name.startsWith("model."));
      assertEquals(9, model.size());
      assertEquals(Shape.of(3, 2, 3, 3), model.get("model.0.weight").shape());
      assertEquals("3", file.metadata().get("epoch"));
      assertEquals("0.001", file.metadata().get("optimizer.param_groups.0.lr"));
    }
  }

  @TestFactory
  Stream<DynamicTest> everyMaliciousFileIsRefused() throws IOException {
    Path folder = GOLDENS.resolve("malicious");
    return manifest(folder)
        .map(row -> row.get("file").getAsString())
        .filter(file -> !MADE_HERE.contains(file))
        .map(file -> DynamicTest.dynamicTest(file, () -> refused(folder, file)));
  }

  private static void refused(Path folder, String name) {
    CheckpointException e =
        assertThrows(CheckpointException.class, () -> Checkpoints.open(folder.resolve(name)));
    String message = e.getMessage();
    String reason = REASONS.get(name);
    assertNotNull(reason, () -> "no reason is given for " + name + ": " + message);
    assertTrue(message.contains(reason), message);
    assertTrue(message.contains(name), message);
    assertTrue(message.contains("offset") || message.contains("entry"), message);
    assertTrue(message.contains("hint"), message);
    assertFalse(Files.exists(Path.of("executed_pickle.txt")), "a pickle was run");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "protocol2",
        "protocol3",
        "protocol4",
        "protocol5",
        "legacy2",
        "legacy3",
        "legacy4",
        "legacy5",
        "without_crc"
      })
  void everyOptionOfTorchSaveGivesTheSame(String name) {
    try (CheckpointFile file = Checkpoints.open(GOLDENS.resolve("more/" + name + ".pt"))) {
      assertEquals(
          List.of("x", "turned", "last", "unsigned", "complex", "parameter"),
          file.entries().stream().map(CheckpointEntry::name).toList());
      assertEquals(
          Map.of(
              "size.0",
              "2",
              "size.1",
              "3",
              "size.2",
              "4",
              "dtype",
              "torch.bfloat16",
              "bytes",
              "3 bytes",
              "set.0",
              "7",
              "ordered.a",
              "1",
              "long",
              "1208925819614629174706176"),
          file.metadata());
      assertArrayEquals(new int[] {1, 65535}, file.tensor("unsigned").toIntArray());
      assertArrayEquals(new float[] {1, 1}, file.tensor("parameter").toFloatArray());
      float[] turned = file.tensor("turned").toFloatArray();
      float[] last = file.tensor("last").toFloatArray();
      for (int i = 0; i < 24; i++) {
        assertEquals(i, turned[i % 4 * 6 + i / 4]);
        assertEquals(i, last[i]);
      }
    }
  }
}
