package dev.mycel.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.mycel.core.ArgumentException;
import dev.mycel.core.DType;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Mycel;
import dev.mycel.core.Tensor;
import dev.mycel.nn.layer.Dense;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Files of safetensors that the reference library wrote, and those that Mycel writes. */
class SafetensorsTest {
  private static final Path GOLDEN = Path.of("src/test/resources/checkpoints/pytorch");

  @TempDir Path folder;

  @BeforeEach
  void onTheDefaultBackend() {
    Mycel.setBackend("onednn");
  }

  // ---- files that others wrote ------------------------------------------------------------------

  private static List<JsonObject> manifest() throws IOException {
    List<JsonObject> lines = new ArrayList<>();
    for (String line : Files.readAllLines(GOLDEN.resolve("manifest.jsonl"))) {
      JsonObject o = JsonParser.parseString(line).getAsJsonObject();
      if (o.get("file").getAsString().endsWith(".safetensors")) {
        lines.add(o);
      }
    }
    return lines;
  }

  @TestFactory
  Stream<DynamicTest> everyTensorHasTheBytesOfTheManifest() throws IOException {
    return manifest().stream()
        .filter(o -> o.has("key"))
        .map(
            o ->
                DynamicTest.dynamicTest(
                    o.get("file").getAsString() + " " + o.get("key").getAsString(),
                    () -> checkAgainstManifest(o)));
  }

  private static void checkAgainstManifest(JsonObject described) throws Exception {
    String key = described.get("key").getAsString();
    try (CheckpointFile file =
        Checkpoints.open(GOLDEN.resolve(described.get("file").getAsString()))) {
      CheckpointEntry entry = entry(file, key);
      List<Long> shape = new ArrayList<>();
      for (JsonElement extent : described.getAsJsonArray("shape")) {
        shape.add(extent.getAsLong());
      }
      assertEquals(shape, entry.shape());
      String dtype = described.get("dtype").getAsString();
      try (Tensor tensor = file.tensor(key)) {
        assertEquals(entry.dtype(), tensor.dtype());
        assertEquals(shape, Arrays.stream(tensor.shape().dims()).boxed().toList());
        byte[] stored = storedBytes(tensor, dtype);
        assertEquals(entry.bytes(), stored.length);
        assertEquals(described.get("sha256").getAsString(), sha256(stored));
      }
    }
  }

  static CheckpointEntry entry(CheckpointFile file, String name) {
    return file.entries().stream().filter(e -> e.name().equals(name)).findFirst().orElseThrow();
  }

  static String sha256(byte[] bytes) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }

  /** The bytes of the elements, narrowed to the type that the file has. */
  static byte[] storedBytes(Tensor tensor, String dtype) {
    Object array = Interpreters.root().toHost(tensor);
    int size = (int) tensor.size();
    ByteBuffer bytes = ByteBuffer.allocate(8 * size).order(ByteOrder.LITTLE_ENDIAN);
    switch (dtype) {
      case "uint16" -> Arrays.stream((int[]) array).forEach(v -> bytes.putShort((short) v));
      case "uint32" -> Arrays.stream((long[]) array).forEach(v -> bytes.putInt((int) v));
      case "uint64" -> Arrays.stream((long[]) array).forEach(bytes::putLong);
      case "float8_e5m2" -> {
        for (short v : (short[]) array) {
          assertEquals(0, v & 0xFF);
          bytes.put((byte) (v >> 8));
        }
      }
      case "float8_e4m3fn" -> {
        float[] values = tensor.toFloatArray();
        for (float v : values) {
          bytes.put(e4m3(v));
        }
      }
      default -> {
        assertEquals(dtype, tensor.dtype().toString());
        return bits(tensor);
      }
    }
    return Arrays.copyOf(bytes.array(), bytes.position());
  }

  /** By its definition: the byte whose value that is. */
  private static byte e4m3(float value) {
    for (int b = 0; b < 256; b++) {
      if (Float.compare(e4m3Value(b), value) == 0) {
        return (byte) b;
      }
    }
    throw new AssertionError(value + " is no float8");
  }

  private static float e4m3Value(int b) {
    int exponent = b >> 3 & 15;
    int fraction = b & 7;
    float sign = b < 128 ? 1 : -1;
    if (exponent == 15 && fraction == 7) {
      return Float.NaN;
    }
    return exponent == 0
        ? sign * fraction / 512f
        : sign * Math.scalb(1 + fraction / 8f, exponent - 7);
  }

  @Test
  void everyEightBitFloatHasItsValue() throws IOException {
    byte[] all = new byte[256];
    for (int i = 0; i < all.length; i++) {
      all[i] = (byte) i;
    }
    float[] e4m3 = only(file("F8_E4M3", "[256]", all)).toFloatArray();
    float[] e8m0 = only(file("F8_E8M0", "[256]", all)).toFloatArray();
    float[] e5m2 = only(file("F8_E5M2", "[256]", all)).toFloatArray();
    for (int i = 0; i < 256; i++) {
      assertEquals(e4m3Value(i), e4m3[i], "E4M3 " + i);
      assertEquals(i == 255 ? Float.NaN : (float) Math.pow(2, i - 127), e8m0[i], "E8M0 " + i);
    }
    assertEquals(57344f, e5m2[0x7B]);
    assertEquals(Float.NEGATIVE_INFINITY, e5m2[0xFC]);
    assertEquals(Math.scalb(1f, -16), e5m2[1]);
  }

  private Tensor only(Path path) {
    try (CheckpointFile file = Checkpoints.open(path)) {
      return file.tensor("a");
    }
  }

  /** A file with the entry "a". */
  private Path file(String dtype, String shape, byte[] content) throws IOException {
    return file(
        "{\"a\":{\"dtype\":\""
            + dtype
            + "\",\"shape\":"
            + shape
            + ",\"data_offsets\":[0,"
            + content.length
            + "]}}",
        content);
  }

  private Path file(String header, byte[] content) throws IOException {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes =
        ByteBuffer.allocate(8 + json.length + content.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(json.length).put(json).put(content);
    return Files.write(folder.resolve("made.safetensors"), bytes.array());
  }

  @Test
  void unsignedNumbersBeyondInt64AreRefusedByElement() throws IOException {
    byte[] content = new byte[24];
    content[23] = (byte) 0x80;
    Path path = file("U64", "[3]", content);
    CheckpointException e = assertThrows(CheckpointException.class, () -> only(path));
    assertTrue(e.getMessage().contains("element 2 is 2^63 or more"), e.getMessage());
    assertTrue(e.getMessage().contains("'a'"), e.getMessage());
  }

  @Test
  void typesWithoutACounterpartAreListedAndRefusedByName() throws IOException {
    for (String type : List.of("C64", "F4", "F6_E2M3", "F6_E3M2", "F8_E4M3FNUZ", "F8_E5M2FNUZ")) {
      int bytes = 4 * StoredType.valueOf(type).bits() / 8;
      try (CheckpointFile file = Checkpoints.open(file(type, "[4]", new byte[bytes]))) {
        assertEquals(
            List.of(new CheckpointEntry("a", type, null, List.of(4L), bytes)), file.entries());
        assertFalse(file.entries().get(0).isLoadable());
        CheckpointException e = assertThrows(CheckpointException.class, () -> file.tensor("a"));
        assertTrue(
            e.getMessage().contains("the type " + type + " of 'a' is not supported"),
            e.getMessage());
        assertThrows(CheckpointException.class, file::toParameters);
        assertTrue(file.toParameters(name -> false).isEmpty());
        assertEquals(bytes, file.bytes("a").size());
      }
    }
  }

  @Test
  void metadataAndForeignNamesAreRead() {
    try (CheckpointFile file = Checkpoints.open(GOLDEN.resolve("metadata.safetensors"))) {
      assertEquals("safetensors", file.format());
      assertEquals(GOLDEN.resolve("metadata.safetensors"), file.path());
      assertEquals(
          Map.of("format", "pt", "note", "line\nbreak \"quoted\" \u00e9"), file.metadata());
      assertEquals(
          List.of("layer.0.weight", "\u5c42.bias"),
          file.entries().stream().map(CheckpointEntry::name).toList());
      LoadedParameters all = file.toParameters();
      assertEquals(List.of(2L, 3L), dims(all.get("layer.0.weight").value()));
      assertEquals(file.metadata(), all.strings());
    }
  }

  static List<Long> dims(Tensor tensor) {
    return Arrays.stream(tensor.shape().dims()).boxed().toList();
  }

  @Test
  void aFileWithoutTensorsHasNoEntries() {
    try (CheckpointFile file = Checkpoints.open(GOLDEN.resolve("nothing.safetensors"))) {
      assertEquals(List.of(), file.entries());
      assertTrue(file.toParameters().isEmpty());
    }
  }

  // ---- writing ----------------------------------------------------------------------------------

  @Test
  void theBytesAreThoseOfTheReferenceLibrary() throws IOException {
    for (String name : List.of("shapes", "metadata", "nothing")) {
      Path golden = GOLDEN.resolve(name + ".safetensors");
      try (CheckpointFile file = Checkpoints.open(golden)) {
        Path written =
            Checkpoints.saveSafetensors(
                file.toParameters(),
                folder.resolve(name),
                SafetensorsOptions.defaults().metadata(file.metadata()));
        assertEquals(folder.resolve(name + ".safetensors"), written);
        assertArrayEquals(Files.readAllBytes(golden), Files.readAllBytes(written), name);
      }
    }
  }

  /** A tensor of random bits, so that every NaN and every denormal may occur. */
  static Tensor random(DType dtype, long... dims) {
    int size = (int) Arrays.stream(dims).reduce(1, (a, b) -> a * b);
    byte[] bytes = new byte[size * dtype.bytes()];
    new Random(dtype.ordinal()).nextBytes(bytes);
    for (int i = 0; dtype == DType.BOOL && i < size; i++) {
      bytes[i] &= 1;
    }
    return Tensor.of(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN), dtype, dims);
  }

  @Test
  void everyTypeAndShapeComesBackBitByBit() {
    for (String backend : List.of("onednn", "reference")) {
      Mycel.setBackend(backend);
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      for (DType dtype : DType.values()) {
        tensors.put(dtype + " vector", random(dtype, 7));
        tensors.put(dtype + " cube", random(dtype, 3, 1, 5));
        tensors.put(dtype + " empty", random(dtype, 0, 4));
        tensors.put(dtype + " scalar", random(dtype, 1).reshape());
        tensors.put(dtype + " long", random(dtype, Elements.BLOCK / dtype.bytes() + 3));
      }
      tensors.put("view", random(DType.FLOAT32, 4, 5).transpose(1, 0));
      Path path = Checkpoints.saveSafetensors(tensors, folder.resolve(backend));
      try (CheckpointFile file = Checkpoints.open(path)) {
        assertEquals(tensors.size(), file.entries().size());
        tensors.forEach((name, tensor) -> assertSame(name, tensor, file.tensor(name)));
      }
    }
  }

  static void assertSame(String name, Tensor expected, Tensor found) {
    assertEquals(expected.dtype(), found.dtype(), name);
    assertEquals(expected.shape(), found.shape(), name);
    assertArrayEquals(bits(expected), bits(found), name);
  }

  static byte[] bits(Tensor tensor) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    int width = tensor.dtype().bytes();
    try {
      Interpreters.root()
          .toBytes(tensor, p -> PieceStream.write(bytes, Elements.lowestFirst(p, width)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  @Test
  void textsBecomeMetadataAndNumbersTensors() {
    Map<String, Object> entries = new LinkedHashMap<>();
    entries.put("note", "trained \"twice\"\u2028\ud83d\ude00");
    entries.put("step", 12);
    entries.put("done", true);
    Path path = Checkpoints.saveSafetensors(entries, folder.resolve("mixed.safetensors"));
    try (CheckpointFile file = Checkpoints.open(path)) {
      assertEquals(Map.of("note", "trained \"twice\"\u2028\ud83d\ude00"), file.metadata());
      assertEquals(12, file.tensor("step").toLongArray()[0]);
      assertEquals(DType.BOOL, file.tensor("done").dtype());
    }
  }

  @Test
  void aCellIsSavedAndLoadedAgain() {
    Dense net = new Dense(3, 2);
    Path path = Checkpoints.saveSafetensors(net, folder.resolve("net"));
    Dense fresh = new Dense(3, 2);
    try (CheckpointFile file = Checkpoints.open(path)) {
      assertTrue(Checkpoints.loadParamIntoNet(fresh, file.toParameters()).isComplete());
    }
    assertArrayEquals(
        net.parametersDict().get("weight").value().toFloatArray(),
        fresh.parametersDict().get("weight").value().toFloatArray());
    assertEquals(
        path, Checkpoints.saveSafetensors(List.copyOf(net.parametersDict().values()), path));
  }

  @Test
  void whatTheFormatCannotHoldIsRefusedBeforeAFileIsTouched() throws IOException {
    Path path = folder.resolve("refused.safetensors");
    Tensor one = Tensor.scalar(1);
    assertRefused("__metadata__ is taken", Map.of("__metadata__", one), path);
    assertRefused("two texts are called 'a'", Map.of("a", "x"), path, Map.of("a", "y"));
    assertRefused("cannot be saved", Map.of("a", new Object()), path);
    assertFalse(Files.exists(path));
    CheckpointException e =
        assertThrows(
            CheckpointException.class,
            () -> Checkpoints.saveSafetensors(Map.of("\ud800", one), path));
    assertTrue(e.getMessage().startsWith("saveSafetensors: "), e.getMessage());
    assertThrows(ArgumentException.class, () -> SafetensorsOptions.defaults().shardBytes(0));
  }

  private static void assertRefused(String part, Map<String, ?> entries, Path path) {
    assertRefused(part, entries, path, Map.of());
  }

  private static void assertRefused(
      String part, Map<String, ?> entries, Path path, Map<String, String> metadata) {
    SafetensorsOptions options = SafetensorsOptions.defaults().metadata(metadata);
    ArgumentException e =
        assertThrows(
            ArgumentException.class, () -> Checkpoints.saveSafetensors(entries, path, options));
    assertTrue(e.getMessage().contains(part), e.getMessage());
    assertTrue(e.getMessage().startsWith("saveSafetensors: "), e.getMessage());
  }

  @Test
  void onlyWhatIsChosenIsWritten() {
    Map<String, Tensor> two = Map.of("a", Tensor.scalar(1), "b", Tensor.scalar(2));
    Path path =
        Checkpoints.saveSafetensors(
            two,
            folder.resolve("chosen"),
            SafetensorsOptions.defaults().choose(name -> name.equals("b")));
    try (CheckpointFile file = Checkpoints.open(path)) {
      assertEquals(
          List.of(new CheckpointEntry("b", "F32", DType.FLOAT32, List.of(), 4)), file.entries());
    }
  }

  @Test
  void fileSystemsWithoutMapsAreReadToo() throws IOException {
    try (FileSystem memory = Jimfs.newFileSystem(Configuration.unix())) {
      Path path = memory.getPath("/shapes.safetensors");
      Files.write(path, Files.readAllBytes(GOLDEN.resolve("shapes.safetensors")));
      try (CheckpointFile there = Checkpoints.open(path);
          CheckpointFile here = Checkpoints.open(GOLDEN.resolve("shapes.safetensors"))) {
        assertEquals(here.entries(), there.entries());
        here.entries()
            .forEach(e -> assertSame(e.name(), here.tensor(e.name()), there.tensor(e.name())));
      }
    }
  }

  // ---- damage while it is open
  // -------------------------------------------------------------------

  @Test
  void aFileThatBecameShorterIsRefusedAndNotACrash() throws IOException {
    Path path = folder.resolve("shrinks.safetensors");
    Files.copy(GOLDEN.resolve("shapes.safetensors"), path);
    try (CheckpointFile file = Checkpoints.open(path)) {
      Files.write(path, new byte[9]);
      assertThrows(CheckpointException.class, () -> file.tensor("rank6"));
    }
  }
}
