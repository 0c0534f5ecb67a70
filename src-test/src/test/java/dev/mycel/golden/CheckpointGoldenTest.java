package dev.mycel.golden;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.mycel.checkpoint.CheckpointException;
import dev.mycel.checkpoint.CheckpointFile;
import dev.mycel.checkpoint.Checkpoints;
import dev.mycel.checkpoint.Encryption;
import dev.mycel.checkpoint.LoadOptions;
import dev.mycel.checkpoint.LoadedParameters;
import dev.mycel.checkpoint.SaveOptions;
import dev.mycel.checkpoint.proto.Checkpoint;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Mycel;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Parameter;
import dev.mycel.nn.layer.Dense;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Reads the files that MindSpore's own saver wrote, and writes them again. */
class CheckpointGoldenTest {
  private static final Path FOLDER = Path.of("src/test/resources/checkpoints");

  @TempDir Path temporary;

  /** A file and the lines of the manifest that describe its entries. */
  private record Described(String file, JsonObject about, List<JsonObject> entries) {
    boolean isEncrypted() {
      return about.has("enc_mode");
    }

    /** The one mode that the JDK has no cipher for. */
    boolean isRefused() {
      return isEncrypted() && about.get("enc_mode").getAsString().equals("SM4-CBC");
    }

    LoadedParameters load() {
      LoadOptions options = LoadOptions.defaults().crcCheck(about.has("crc_check"));
      if (isEncrypted()) {
        byte[] key = about.get("enc_key").getAsString().getBytes(StandardCharsets.US_ASCII);
        options = options.decrypt(Encryption.of(about.get("enc_mode").getAsString(), key));
      }
      return Checkpoints.loadCheckpoint(
          FOLDER.resolve(file), options.choose(name -> !typeOf(name).equals("UInt64")));
    }

    private String typeOf(String key) {
      return entries.stream()
          .filter(e -> e.get("key").getAsString().equals(key))
          .map(e -> e.get("dtype").getAsString())
          .findFirst()
          .orElseThrow();
    }

    /** Whether tensors have no such type: those of 64 bits go beyond every type here. */
    boolean isUnsigned(String key) {
      return List.of("UInt16", "UInt32", "UInt64").contains(typeOf(key));
    }

    boolean hasUnsigned() {
      return entries.stream().anyMatch(e -> isUnsigned(e.get("key").getAsString()));
    }
  }

  private static List<Described> files() throws IOException {
    Map<String, Described> files = new LinkedHashMap<>();
    for (String line : Files.readAllLines(FOLDER.resolve("manifest.jsonl"))) {
      JsonObject o = JsonParser.parseString(line).getAsJsonObject();
      if (o.has("header") || !Files.exists(FOLDER.resolve(o.get("file").getAsString()))) {
        continue;
      }
      String file = o.get("file").getAsString();
      if (o.has("key")) {
        files.get(file).entries.add(o);
      } else {
        files.put(file, new Described(file, o, new ArrayList<>()));
      }
    }
    return List.copyOf(files.values());
  }

  @BeforeEach
  void onTheDefaultBackend() {
    Mycel.setBackend("onednn");
  }

  @TestFactory
  Stream<DynamicTest> everyEntryHasTheValuesThatMindSporeWrote() throws IOException {
    SafeTensors values = SafeTensors.read(FOLDER.resolve("values.safetensors"));
    List<Described> read = files().stream().filter(f -> !f.isRefused()).toList();
    assertTrue(read.size() >= 21, "there are " + read.size() + " files");
    return read.stream().map(f -> DynamicTest.dynamicTest(f.file, () -> check(f, values)));
  }

  private static void check(Described file, SafeTensors values) {
    Path all = FOLDER.resolve("values.safetensors");
    LoadedParameters loaded = file.load();
    List<String> names = new ArrayList<>();
    for (JsonObject entry : file.entries) {
      String key = entry.get("key").getAsString();
      if (entry.has("string")) {
        assertEquals(entry.get("string").getAsString(), loaded.strings().get(key), key);
      } else if (file.isUnsigned(key)) {
        String name = entry.get("values").getAsString();
        try (CheckpointFile right = Checkpoints.open(all)) {
          if (file.typeOf(key).equals("UInt64")) {
            assertSameBytes(values.bytes(name), FOLDER.resolve(file.file), key);
            assertArrayEquals(values.bytes(name), bytes(right.bytes(name)), key);
          } else {
            names.add(key);
            assertTrue(right.tensor(name).sameAs(loaded.get(key).value()), key);
          }
        }
      } else {
        names.add(key);
        Parameter p = loaded.get(key);
        assertEquals(
            entry.get("dtype").getAsString().toLowerCase(Locale.ROOT), p.dtype().toString(), key);
        assertEquals(
            dims(entry.getAsJsonArray("shape")),
            Arrays.stream(p.shape().dims()).boxed().toList(),
            key);
        GoldenArray right = values.get(entry.get("values").getAsString());
        assertArrayEquals(right.numbers(), GoldenArray.of(p.value()).numbers(), 0, key);
      }
    }
    assertEquals(names, List.copyOf(loaded.keySet()), "the order of the file");
  }

  /** Numbers beyond every type are read as bytes. */
  private static void assertSameBytes(byte[] right, Path file, String key) {
    try (CheckpointFile open = Checkpoints.open(file)) {
      assertTrue(right.length >= Long.BYTES, key);
      assertArrayEquals(right, bytes(open.bytes(key)), key);
    }
  }

  private static byte[] bytes(Tensor uint8) {
    return (byte[]) Interpreters.root().toHost(uint8);
  }

  private static List<Long> dims(JsonArray array) {
    List<Long> dims = new ArrayList<>();
    for (JsonElement e : array) {
      dims.add(e.getAsLong());
    }
    return dims;
  }

  /** Sliced files aside, which MindSpore cut at a limit of its own. */
  @TestFactory
  Stream<DynamicTest> whatIsReadIsWrittenByteForByte() throws IOException {
    return files().stream()
        .filter(f -> !f.isEncrypted() && !f.file.startsWith("sliced"))
        .map(f -> DynamicTest.dynamicTest(f.file, () -> writeAgain(f)));
  }

  private void writeAgain(Described file) throws IOException {
    LoadedParameters loaded = file.load();
    Map<String, Object> entries = new LinkedHashMap<>();
    for (JsonObject entry : file.entries) {
      String key = entry.get("key").getAsString();
      if (!file.isUnsigned(key)) {
        entries.put(key, entry.has("string") ? loaded.strings().get(key) : loaded.get(key));
      }
    }
    if (file.hasUnsigned()) {
      Path again = Checkpoints.saveCheckpoint(entries, temporary.resolve(file.file));
      assertArrayEquals(withoutUnsigned(file), Files.readAllBytes(again), file.file);
      return;
    }
    boolean crc = file.about.has("crc_check");
    Path again =
        Checkpoints.saveCheckpoint(
            entries, temporary.resolve(file.file), SaveOptions.defaults().crcCheck(crc));
    assertArrayEquals(
        Files.readAllBytes(FOLDER.resolve(file.file)), Files.readAllBytes(again), file.file);
  }

  /** The file without its check sum and the records of types that tensors do not have. */
  private static byte[] withoutUnsigned(Described file) throws IOException {
    byte[] bytes = Files.readAllBytes(FOLDER.resolve(file.file));
    int end = bytes.length - (file.about.has("crc_check") ? 17 : 0);
    Checkpoint.Builder kept = Checkpoint.newBuilder();
    for (Checkpoint.Value value : Checkpoint.parseFrom(Arrays.copyOf(bytes, end)).getValueList()) {
      if (!file.isUnsigned(value.getTag())) {
        kept.addValue(value);
      }
    }
    return kept.build().toByteArray();
  }

  @Test
  void aDenseLayerTakesSixtyTwoBytes() throws IOException {
    Dense dense = new Dense(2, 1);
    Checkpoints.loadParamIntoNet(dense, Checkpoints.loadCheckpoint(FOLDER.resolve("dense.ckpt")));
    Path file = Checkpoints.saveCheckpoint(dense, temporary.resolve("dense"));
    assertEquals(62, Files.size(file));
    assertEquals(temporary.resolve("dense.ckpt"), file, "the suffix is added");
    assertArrayEquals(Files.readAllBytes(FOLDER.resolve("dense.ckpt")), Files.readAllBytes(file));
  }

  @TestFactory
  Stream<DynamicTest> whatCannotBeHeldOrDecryptedIsRefusedByName() throws IOException {
    return files().stream()
        .filter(f -> f.isEncrypted() || f.hasUnsigned())
        .map(
            f ->
                DynamicTest.dynamicTest(
                    f.file,
                    () -> {
                      CheckpointException e =
                          assertThrows(
                              CheckpointException.class,
                              () -> Checkpoints.loadCheckpoint(FOLDER.resolve(f.file)));
                      String what =
                          f.isEncrypted()
                              ? "the file is encrypted with "
                                  + f.about.get("enc_mode").getAsString()
                              : "is 2^63 or more";
                      assertTrue(e.getMessage().contains(what), e.getMessage());
                    }));
  }
}
