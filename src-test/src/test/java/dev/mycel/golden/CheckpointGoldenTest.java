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
import dev.mycel.checkpoint.Checkpoints;
import dev.mycel.checkpoint.LoadOptions;
import dev.mycel.checkpoint.LoadedParameters;
import dev.mycel.checkpoint.SaveOptions;
import dev.mycel.core.Mycel;
import dev.mycel.nn.Parameter;
import dev.mycel.nn.layer.Dense;
import java.io.IOException;
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

    boolean isForeign(String key) {
      return entries.stream()
          .anyMatch(
              e ->
                  e.get("key").getAsString().equals(key)
                      && List.of("UInt16", "UInt32", "UInt64")
                          .contains(e.get("dtype").getAsString()));
    }

    LoadedParameters load() {
      return Checkpoints.loadCheckpoint(
          FOLDER.resolve(file), LoadOptions.defaults().choose(name -> !isForeign(name)));
    }

    boolean hasForeign() {
      return entries.stream().anyMatch(e -> isForeign(e.get("key").getAsString()));
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
    List<Described> plain = files().stream().filter(f -> !f.isEncrypted()).toList();
    assertTrue(plain.size() >= 16, "there are " + plain.size() + " files");
    return plain.stream().map(f -> DynamicTest.dynamicTest(f.file, () -> check(f, values)));
  }

  private static void check(Described file, SafeTensors values) {
    LoadedParameters loaded = file.load();
    List<String> names = new ArrayList<>();
    for (JsonObject entry : file.entries) {
      String key = entry.get("key").getAsString();
      if (entry.has("string")) {
        assertEquals(entry.get("string").getAsString(), loaded.strings().get(key), key);
      } else if (!file.isForeign(key)) {
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
        .filter(f -> !f.isEncrypted() && !f.hasForeign() && !f.file.startsWith("sliced"))
        .map(f -> DynamicTest.dynamicTest(f.file, () -> writeAgain(f)));
  }

  private void writeAgain(Described file) throws IOException {
    LoadedParameters loaded = file.load();
    Map<String, Object> entries = new LinkedHashMap<>();
    for (JsonObject entry : file.entries) {
      String key = entry.get("key").getAsString();
      entries.put(key, entry.has("string") ? loaded.strings().get(key) : loaded.get(key));
    }
    boolean crc = file.about.has("crc_check");
    Path again =
        Checkpoints.saveCheckpoint(
            entries, temporary.resolve(file.file), SaveOptions.defaults().crcCheck(crc));
    assertArrayEquals(
        Files.readAllBytes(FOLDER.resolve(file.file)), Files.readAllBytes(again), file.file);
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
  Stream<DynamicTest> encryptedFilesAndForeignTypesAreRefusedByName() throws IOException {
    return files().stream()
        .filter(f -> f.isEncrypted() || f.hasForeign())
        .map(
            f ->
                DynamicTest.dynamicTest(
                    f.file,
                    () -> {
                      CheckpointException e =
                          assertThrows(
                              CheckpointException.class,
                              () -> Checkpoints.loadCheckpoint(FOLDER.resolve(f.file)));
                      String what = f.isEncrypted() ? "encrypted" : "UInt16";
                      assertTrue(e.getMessage().contains(what), e.getMessage());
                    }));
  }
}
