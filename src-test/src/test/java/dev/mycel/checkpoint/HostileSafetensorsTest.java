package dev.mycel.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.mycel.core.Mycel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Files of safetensors made to harm a reader; {@link MutationTest} makes others at random. */
class HostileSafetensorsTest {
  private static final Path GOLDEN = Path.of("src/test/resources/checkpoints/pytorch");

  /** Whatever a file of some KiB claims; classes that are loaded for the first time count, too. */
  private static final long MOST_ALLOCATED = 16L << 20;

  /** What the message about each malicious file says. */
  private static final Map<String, String> REASONS =
      Map.ofEntries(
          Map.entry("length_2_60", "the header shall have 1152921504606846976 bytes"),
          Map.entry("length_max", "the header shall have 18446744073709551615 bytes"),
          Map.entry("length_overflow", "the header shall have 18446744073709551608 bytes"),
          Map.entry("length_long", "bytes, the file has"),
          Map.entry("length_short", "the JSON is damaged: Unterminated string"),
          Map.entry("empty", "the file is empty"),
          Map.entry("seven_bytes", "the file has 7 bytes"),
          Map.entry("zero_header", "the header has no byte"),
          Map.entry("not_json", "the JSON is damaged: wrong token at line 1 column 3"),
          Map.entry("array", "the header begins with the byte 5b and not with {"),
          Map.entry("trailing_json", "the JSON is damaged: wrong token at line 1"),
          Map.entry("not_utf8", "the JSON is no valid UTF-8"),
          Map.entry("duplicate", "'a' stands twice in the header"),
          Map.entry("unknown_dtype", "there is no dtype '"),
          Map.entry("missing_field", "there is no data_offsets"),
          Map.entry("negative_shape", "the shape of 'a' has the negative number -"),
          Map.entry("huge_shape", "is no whole number of bytes below 2^63"),
          Map.entry("wrapping_shape", "is no whole number of bytes below 2^63"),
          Map.entry("float_shape", "the shape of 'a' has 2.5, which is no whole number"),
          Map.entry("text_shape", "the shape of 'a' is not numbers but a text"),
          Map.entry("overlap", "the content overlaps that of 'a'"),
          Map.entry("hole", "bytes before the content belong to no entry"),
          Map.entry("tail", "bytes of the file belong to no entry"),
          Map.entry("reversed", "before its start"),
          Map.entry("outside", "the content ends at 1152921504606846992"),
          Map.entry("cut", "the content ends at 16, the file has"),
          Map.entry("wrong_size", "bytes, data_offsets give it"),
          Map.entry("negative_offset", "data_offsets of 'a' has the negative number -16"),
          Map.entry("metadata_number", "'epoch' in __metadata__ is not a text but a number"));

  @TempDir Path folder;

  @BeforeEach
  void onTheDefaultBackend() {
    Mycel.setBackend("onednn");
  }

  @TestFactory
  Stream<DynamicTest> everyMaliciousFileIsRefusedWithFilePlaceAndReason() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    for (String line : Files.readAllLines(GOLDEN.resolve("malicious/manifest.jsonl"))) {
      JsonObject o = JsonParser.parseString(line).getAsJsonObject();
      Path path = GOLDEN.resolve("malicious").resolve(o.get("file").getAsString());
      if (path.toString().endsWith(".safetensors") && Files.exists(path)) {
        String name = path.getFileName().toString().replace(".safetensors", "");
        tests.add(
            DynamicTest.dynamicTest(
                o.get("reason").getAsString(), () -> refused(path, REASONS.get(name))));
      }
    }
    assertEquals(REASONS.size(), tests.size());
    return tests.stream();
  }

  private static void refused(Path path, String reason) {
    long before = Mutations.allocated();
    CheckpointException e = assertThrows(CheckpointException.class, () -> Checkpoints.open(path));
    long allocated = Mutations.allocated() - before;
    assertTrue(allocated < MOST_ALLOCATED, allocated + " bytes were allocated");
    String message = e.getMessage();
    assertTrue(message.contains(reason), message);
    assertTrue(message.contains(path.toString()), message);
    assertTrue(message.contains("offset"), message);
  }

  private static byte[] file(String header, byte[] content) {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(8 + json.length + content.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(json.length)
        .put(json)
        .put(content)
        .array();
  }

  private Path write(String header, byte[] content) throws IOException {
    return Files.write(folder.resolve("made.safetensors"), file(header, content));
  }

  @Test
  void jsonNestedWithoutEndIsRefused() throws IOException {
    refused(write("[".repeat(200_000), new byte[0]), "begins with the byte 5b");
    String deep = "[".repeat(200_000);
    refused(write("{\"a\":" + deep, new byte[0]), "'a' is not an object but a list");
    refused(write("{\"a\":{\"x\":" + deep, new byte[0]), "the JSON is damaged: Nesting limit");
    refused(write("{\"a\":{\"shape\":[" + deep, new byte[0]), "is not numbers but a list");
  }

  @Test
  void whatStandsTwiceIsRefused() throws IOException {
    String entry = "{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}";
    refused(
        write("{\"__metadata__\":{\"k\":\"1\",\"k\":\"2\"},\"a\":" + entry + "}", new byte[1]),
        "'k' stands twice in __metadata__");
    refused(
        write("{\"__metadata__\":{},\"__metadata__\":{},\"a\":" + entry + "}", new byte[1]),
        "'__metadata__' stands twice");
    refused(
        write("{\"a\":{\"dtype\":\"U8\",\"dtype\":\"I8\"}}", new byte[1]),
        "'dtype' stands twice in 'a'");
    refused(
        write("{\"a\":" + entry + ",\"\\u0061\":" + entry + "}", new byte[1]), "'a' stands twice");
  }

  @Test
  void namesThatAreNoUnicodeAndNumbersThatAreNoneAreRefused() throws IOException {
    String rest = ":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}";
    refused(write("{\"\\ud800\"" + rest, new byte[1]), "Unpaired surrogate");
    for (String number : List.of("1e0", "1.0", "+1", "01", "0x1", "NaN", "null", "\"1\"", "-0")) {
      refused(write("{\"a\"" + rest.replace("[1]", "[" + number + "]"), new byte[1]), "the ");
    }
    refused(
        write("{\"a\"" + rest.replace("[1]", "[99999999999999999999]"), new byte[1]),
        "beyond 2^63");
    refused(write("{\"a\"" + rest.replace("[0,1]", "[0,1,1]"), new byte[1]), "more than 2");
    refused(write("{\"a\"" + rest.replace("[0,1]", "[0]"), new byte[1]), "1 numbers and not 2");
    refused(
        write("{\"a\"" + rest.replace("[1]", "[" + "1,".repeat(64) + "1]"), new byte[1]),
        "more than 64 numbers");
    refused(write("{'a'" + rest, new byte[1]), "the JSON is damaged");
  }

  @Test
  void emptyTensorsWithImpossibleExtentsAreRefused() throws IOException {
    refused(
        write(
            "{\"a\":{\"dtype\":\"U8\",\"shape\":[0,4611686018427387904,4],"
                + "\"data_offsets\":[0,0]}}",
            new byte[0]),
        "is no whole number of bytes below 2^63");
  }

  @Test
  void aSmallFileCannotMakeAHugeHeaderOrTensor() throws IOException {
    Path path = folder.resolve("claims.safetensors");
    for (long length : new long[] {1L << 30, 100_000_000, Long.MIN_VALUE, -1, 1L << 40}) {
      byte[] bytes = new byte[1024];
      ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(length).put((byte) '{');
      Files.write(path, bytes);
      refused(path, "bytes, the file has 1016 after its length");
    }
  }
}
