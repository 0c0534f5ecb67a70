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
import dev.mycel.core.Mycel;
import dev.mycel.core.Tensor;
import dev.mycel.nn.layer.Dense;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TimeZone;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Arrays and archives that NumPy wrote, and those that Mycel writes. */
class NumpyTest {
  static final Path SAMPLES = TorchSamples.goldens().resolve("../numpy").normalize();

  @TempDir Path folder;

  @BeforeEach
  void onTheDefaultBackend() {
    Mycel.setBackend("onednn");
  }

  // ---- files that NumPy wrote -------------------------------------------------------------------

  @TestFactory
  Stream<DynamicTest> everyArrayOfNumpyIsReadBitForBit() throws IOException {
    Map<String, List<JsonObject>> byFile = new LinkedHashMap<>();
    for (String line : Files.readAllLines(SAMPLES.resolve("manifest.jsonl"))) {
      JsonObject row = JsonParser.parseString(line).getAsJsonObject();
      byFile.computeIfAbsent(row.get("file").getAsString(), f -> new ArrayList<>()).add(row);
    }
    assertEquals(10, byFile.size());
    return byFile.entrySet().stream()
        .map(e -> DynamicTest.dynamicTest(e.getKey(), () -> compare(e.getKey(), e.getValue())));
  }

  private static void compare(String name, List<JsonObject> rows) throws Exception {
    try (CheckpointFile file = Checkpoints.open(SAMPLES.resolve(name))) {
      assertEquals("numpy", file.format());
      assertEquals(Map.of(), file.metadata());
      assertEquals(
          rows.stream().map(row -> row.get("key").getAsString()).toList(),
          file.entries().stream().map(CheckpointEntry::name).toList());
      for (JsonObject row : rows) {
        String key = row.get("key").getAsString();
        CheckpointEntry entry = SafetensorsTest.entry(file, key);
        List<Long> shape =
            row.getAsJsonArray("shape").asList().stream().map(JsonElement::getAsLong).toList();
        assertEquals(shape, entry.shape(), key);
        try (Tensor tensor = file.tensor(key)) {
          assertEquals(entry.dtype(), tensor.dtype(), key);
          assertEquals(shape, SafetensorsTest.dims(tensor), key);
          byte[] stored = SafetensorsTest.storedBytes(tensor, row.get("dtype").getAsString());
          assertEquals(entry.bytes(), stored.length, key);
          assertEquals(row.get("sha256").getAsString(), SafetensorsTest.sha256(stored), key);
        }
      }
    }
  }

  @Test
  void entriesTellTheTypeThatNumpyWrote() {
    try (CheckpointFile file = Checkpoints.open(SAMPLES.resolve("stored.npz"))) {
      assertEquals("<f4", SafetensorsTest.entry(file, "little/f4").storedType());
      assertEquals(">u8", SafetensorsTest.entry(file, "scalar/u8").storedType());
      assertEquals("|b1", SafetensorsTest.entry(file, "big/b1").storedType());
      assertEquals(
          new CheckpointEntry("bfloat16", "<V2 (bfloat16)", DType.BFLOAT16, List.of(5L), 10),
          SafetensorsTest.entry(file, "bfloat16"));
      assertEquals(DType.FLOAT16, SafetensorsTest.entry(file, "float8_e5m2").dtype());
    }
  }

  @Test
  void typesThatNoTensorHasAreListedAndRefusedByName() {
    Map<String, String> types = new LinkedHashMap<>();
    types.put("complex64", "<c8 (complex)");
    types.put("complex128", "<c16 (complex)");
    types.put("longdouble", "<f16 (long double)");
    types.put("object", "|O (object)");
    types.put("str", "<U2 (str)");
    types.put("bytes", "|S2 (bytes)");
    types.put("void", "|V2 (void)");
    types.put("float8_e4m3fn", "<V1 (void)");
    types.put("datetime64", "<M8[ns] (datetime64)");
    types.put("timedelta64", "<m8[s] (timedelta64)");
    types.put("structured", "(structured)");
    types.put("nested", "(structured)");
    try (CheckpointFile file = Checkpoints.open(SAMPLES.resolve("foreign.npz"))) {
      Map<String, String> found = new LinkedHashMap<>();
      file.entries().forEach(e -> found.put(e.name(), e.storedType()));
      assertEquals(types, found);
      for (CheckpointEntry entry : file.entries()) {
        assertFalse(entry.isLoadable());
        CheckpointException e =
            assertThrows(CheckpointException.class, () -> file.tensor(entry.name()));
        String expected =
            "the type " + entry.storedType() + " of '" + entry.name() + "' is not supported";
        assertTrue(e.getMessage().contains(expected), e.getMessage());
        assertTrue(e.getMessage().contains("foreign.npz"), e.getMessage());
      }
      assertThrows(CheckpointException.class, file::toParameters);
      assertEquals(16, SafetensorsTest.entry(file, "complex64").bytes());
      assertEquals(16, file.bytes("complex64").size());
      assertEquals(16, SafetensorsTest.entry(file, "str").bytes());
    }
  }

  @Test
  void anArchiveWithoutArraysHasNoEntries() {
    try (CheckpointFile file = Checkpoints.open(SAMPLES.resolve("nothing.npz"))) {
      assertEquals(List.of(), file.entries());
      assertTrue(file.toParameters().isEmpty());
    }
  }

  @Test
  void theContentTellsTheFormatAndNotTheName() throws IOException {
    Path renamed = Files.copy(SAMPLES.resolve("deflated.npz"), folder.resolve("weights.pt"));
    try (CheckpointFile file = Checkpoints.open(renamed)) {
      assertEquals("numpy", file.format());
      assertEquals(DType.FLOAT32, file.tensor("slice").dtype());
    }
    Path torch = TorchSamples.goldens().resolve("views.pt");
    try (CheckpointFile file = Checkpoints.open(Files.copy(torch, folder.resolve("views.npz")))) {
      assertEquals("pytorch", file.format());
    }
    Path single = Files.copy(SAMPLES.resolve("scalar.npy"), folder.resolve("scalar.ckpt"));
    try (CheckpointFile file = Checkpoints.open(single)) {
      assertEquals("numpy", file.format());
    }
  }

  @Test
  void bfloat16MayBeCalledByItsName() throws IOException {
    byte[] named =
        HostileNumpyTest.npy(
            "{'descr': 'bfloat16', 'fortran_order': False, 'shape': (1,), }", new byte[] {64, 64});
    try (CheckpointFile file = Checkpoints.open(Files.write(folder.resolve("b.npy"), named))) {
      assertEquals(DType.BFLOAT16, file.entries().get(0).dtype());
      assertEquals(3f, file.tensor("tensor").toFloatArray()[0]);
    }
  }

  @Test
  void headersOfOtherWritersAreRead() throws IOException {
    for (String header :
        List.of(
            "{'descr':'<f4','fortran_order':False,'shape':(2,)}",
            "{\"shape\": (2L,), \"fortran_order\": True, \"descr\": \"<f4\"}\n",
            "  {'shape': ( 1 , 2 , ) ,\n 'descr': '<f4', 'fortran_order': False,} ")) {
      byte[] bytes = HostileNumpyTest.npy(header, new byte[] {0, 0, (byte) 128, 63, 0, 0, 0, 64});
      try (CheckpointFile file = Checkpoints.open(Files.write(folder.resolve("w.npy"), bytes))) {
        assertArrayEquals(new float[] {1, 2}, file.tensor("tensor").toFloatArray());
      }
    }
  }

  @Test
  void columnsBeyondASegmentAreTurnedIntoRows() throws IOException {
    int rows = 2100;
    int columns = 2050; // more than 16 MiB
    float[] values = new float[rows * columns];
    for (int i = 0; i < values.length; i++) {
      values[i] = i;
    }
    Tensor stored = Tensor.of(values, columns, rows);
    Path path = Checkpoints.saveNpz(Map.of("w", stored), folder.resolve("rows"));
    byte[] bytes = Files.readAllBytes(path);
    byte[] array = Arrays.copyOfRange(bytes, 30 + 5, 30 + 5 + 128 + 4 * values.length);
    String header = new String(array, 10, 118, StandardCharsets.US_ASCII);
    String turned = header.replace("False", "True ").replace("(2050, 2100)", "(2100, 2050)");
    byte[] text = turned.getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(text, 0, array, 10, text.length);
    try (CheckpointFile file = Checkpoints.open(Files.write(folder.resolve("t.npy"), array))) {
      assertEquals(List.of(2100L, 2050L), file.entries().get(0).shape());
      float[] found = file.tensor("tensor").toFloatArray();
      for (int i = 0; i < found.length; i += 997) {
        assertEquals(values[i % columns * rows + i / columns], found[i]);
      }
    }
  }

  // ---- writing ----------------------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(strings = {"float32", "empty", "bfloat16"})
  void anArrayHasTheBytesOfNumpy(String name) throws IOException {
    Path golden = SAMPLES.resolve(name + ".npy");
    try (CheckpointFile file = Checkpoints.open(golden)) {
      Path written = Checkpoints.saveNpy(file.tensor("tensor"), folder.resolve(name));
      assertEquals(folder.resolve(name + ".npy"), written);
      assertArrayEquals(Files.readAllBytes(golden), Files.readAllBytes(written));
    }
  }

  /** NumPy's own archive has the same arrays, byte for byte, behind other headers of the zip. */
  @Test
  void arraysInAnArchiveHaveTheBytesOfNumpy() throws IOException {
    Path golden = SAMPLES.resolve("stored.npz");
    List<String> same = new ArrayList<>();
    Path written;
    try (CheckpointFile file = Checkpoints.open(golden)) {
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      for (CheckpointEntry e : file.entries()) {
        boolean isOwn = "<|".indexOf(e.storedType().charAt(0)) >= 0;
        boolean columns = e.name().startsWith("columns") || e.name().equals("cube");
        if (isOwn && !columns && !e.name().matches(".*(u[248]|f1|e5m2)")) {
          tensors.put(e.name(), file.tensor(e.name()));
          same.add(e.name() + ".npy");
        }
      }
      written = Checkpoints.saveNpz(tensors, folder.resolve("again"));
    }
    assertTrue(same.size() > 20, same.toString());
    try (ZipFile theirs = new ZipFile(golden.toFile());
        ZipFile ours = new ZipFile(written.toFile())) {
      assertEquals(same, ours.stream().map(e -> e.getName()).toList());
      for (String name : same) {
        assertArrayEquals(
            theirs.getInputStream(theirs.getEntry(name)).readAllBytes(),
            ours.getInputStream(ours.getEntry(name)).readAllBytes(),
            name);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void everyTypeAndShapeComesBackBitByBit(boolean compressed) {
    for (String backend : List.of("onednn", "reference")) {
      Mycel.setBackend(backend);
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      for (DType dtype : DType.values()) {
        tensors.put(dtype + "/vector", SafetensorsTest.random(dtype, 7));
        tensors.put(dtype + "/cube", SafetensorsTest.random(dtype, 3, 1, 5));
        tensors.put(dtype + "/empty", SafetensorsTest.random(dtype, 0, 4));
        tensors.put(dtype + "/scalar", SafetensorsTest.random(dtype, 1).reshape());
      }
      tensors.put("view", SafetensorsTest.random(DType.FLOAT32, 4, 5).transpose(1, 0));
      tensors.put("long", SafetensorsTest.random(DType.INT16, Elements.BLOCK / 2 + 3));
      tensors.put("", Tensor.scalar(1));
      tensors.put("\u5c42 \ud83d\ude00", Tensor.scalar(2));
      NpzOptions options = NpzOptions.defaults().compressed(compressed);
      Path path = Checkpoints.saveNpz(tensors, folder.resolve(backend), options);
      try (CheckpointFile file = Checkpoints.open(path)) {
        assertEquals(
            List.copyOf(tensors.keySet()),
            file.entries().stream().map(CheckpointEntry::name).toList());
        tensors.forEach(
            (name, tensor) -> SafetensorsTest.assertSame(name, tensor, file.tensor(name)));
      }
      tensors.forEach(
          (name, tensor) -> {
            Path one = Checkpoints.saveNpy(tensor, folder.resolve("one.npy"));
            try (CheckpointFile file = Checkpoints.open(one)) {
              SafetensorsTest.assertSame(name, tensor, file.tensor("tensor"));
            }
          });
    }
  }

  @Test
  void bfloat16IsWidenedIfThatIsAskedFor() {
    Tensor halves = SafetensorsTest.random(DType.BFLOAT16, 300_000);
    Tensor other = SafetensorsTest.random(DType.FLOAT16, 3);
    NpzOptions options = NpzOptions.defaults().widenBfloat16(true);
    for (boolean compressed : new boolean[] {false, true}) {
      Path path =
          Checkpoints.saveNpz(
              Map.of("a", halves, "b", other),
              folder.resolve("wide"),
              options.compressed(compressed));
      try (CheckpointFile file = Checkpoints.open(path)) {
        assertEquals(DType.FLOAT32, file.tensor("a").dtype());
        byte[] wide = SafetensorsTest.bits(file.tensor("a"));
        byte[] narrow = SafetensorsTest.bits(halves);
        for (int i = 0; i < 300_000; i++) {
          assertEquals(0, wide[4 * i] | wide[4 * i + 1]);
          assertEquals(narrow[2 * i], wide[4 * i + 2]);
          assertEquals(narrow[2 * i + 1], wide[4 * i + 3]);
        }
        SafetensorsTest.assertSame("b", other, file.tensor("b"));
      }
    }
  }

  @Test
  void theSameTensorsGiveTheSameBytesAtAnyTimeAndPlace() throws IOException {
    Map<String, Tensor> tensors = Map.of("a", Tensor.zeros(50, 50));
    for (boolean compressed : new boolean[] {false, true}) {
      NpzOptions options = NpzOptions.defaults().compressed(compressed);
      byte[] here = Files.readAllBytes(Checkpoints.saveNpz(tensors, folder.resolve("h"), options));
      assertTrue(here.length > 10_000 ^ compressed);
      TimeZone before = TimeZone.getDefault();
      try {
        TimeZone.setDefault(TimeZone.getTimeZone("Pacific/Apia"));
        byte[] there =
            Files.readAllBytes(Checkpoints.saveNpz(tensors, folder.resolve("t"), options));
        assertArrayEquals(here, there);
      } finally {
        TimeZone.setDefault(before);
      }
    }
  }

  @Test
  void moreEntriesThan16BitsCount() {
    Map<String, Tensor> many = new LinkedHashMap<>();
    Tensor one = Tensor.scalar(7);
    for (int i = 0; i < 65_600; i++) {
      many.put("p" + i, one);
    }
    Path path = Checkpoints.saveNpz(many, folder.resolve("many"));
    try (CheckpointFile file = Checkpoints.open(path)) {
      assertEquals(65_600, file.entries().size());
      assertEquals(7, file.tensor("p65599").toFloatArray()[0]);
    }
  }

  @Test
  void aCellAndAListAreSavedAndLoadedAgain() {
    Dense net = new Dense(3, 2);
    Path path = Checkpoints.saveNpz(net, folder.resolve("net"));
    assertEquals(folder.resolve("net.npz"), path);
    Dense fresh = new Dense(3, 2);
    try (CheckpointFile file = Checkpoints.open(path)) {
      assertTrue(Checkpoints.loadParamIntoNet(fresh, file.toParameters()).isComplete());
    }
    assertArrayEquals(
        net.parametersDict().get("weight").value().toFloatArray(),
        fresh.parametersDict().get("weight").value().toFloatArray());
    NpzOptions bias = NpzOptions.defaults().choose(name -> name.equals("bias"));
    Checkpoints.saveNpz(List.copyOf(net.parametersDict().values()), path, bias);
    try (CheckpointFile file = Checkpoints.open(path)) {
      assertEquals(
          List.of(new CheckpointEntry("bias", "<f4", DType.FLOAT32, List.of(2L), 8)),
          file.entries());
    }
  }

  @Test
  void whatTheFormatCannotHoldIsRefusedBeforeAFileIsTouched() {
    Path path = folder.resolve("refused.npz");
    assertRefused("'note' is a text", Map.of("note", "x"), path);
    assertRefused("cannot be saved", Map.of("a", new Object()), path);
    for (String name : List.of("/a", "../a", "a/../b", "a\\b", "a\0b")) {
      assertRefused("is no name that an entry", Map.of(name, Tensor.scalar(1)), path);
    }
    ArgumentException e =
        assertThrows(ArgumentException.class, () -> Checkpoints.saveNpy(null, path));
    assertTrue(e.getMessage().startsWith("saveNpy: "), e.getMessage());
    assertFalse(Files.exists(path));
  }

  private static void assertRefused(String part, Map<String, ?> entries, Path path) {
    ArgumentException e =
        assertThrows(ArgumentException.class, () -> Checkpoints.saveNpz(entries, path));
    assertTrue(e.getMessage().contains(part), e.getMessage());
    assertTrue(e.getMessage().startsWith("saveNpz: "), e.getMessage());
  }

  @Test
  void aFullDiskLeavesTheOldFileAndNothingElse() throws IOException {
    Configuration small = Configuration.unix().toBuilder().setMaxSize(24 * 1024).build();
    for (boolean compressed : new boolean[] {false, true}) {
      NpzOptions options = NpzOptions.defaults().compressed(compressed);
      try (FileSystem disk = Jimfs.newFileSystem(small)) {
        Path path = disk.getPath("/net.npz");
        Checkpoints.saveNpz(new Dense(8, 8), path, options);
        byte[] before = Files.readAllBytes(path);
        Dense large = new Dense(128, 128);
        assertThrows(CheckpointException.class, () -> Checkpoints.saveNpz(large, path, options));
        assertArrayEquals(before, Files.readAllBytes(path), "the old file is whole");
        try (Stream<Path> all = Files.list(disk.getPath("/"))) {
          assertEquals(List.of(path), all.filter(Files::isRegularFile).toList());
        }
      }
    }
  }

  @Test
  void fileSystemsWithoutMapsAreReadToo() throws IOException {
    try (FileSystem memory = Jimfs.newFileSystem(Configuration.unix())) {
      for (String name : List.of("columns.npy", "big.npy", "stored.npz", "deflated.npz")) {
        Path path = memory.getPath("/" + name);
        Files.write(path, Files.readAllBytes(SAMPLES.resolve(name)));
        assertEquals(Mutations.content(SAMPLES.resolve(name)), Mutations.content(path));
      }
    }
  }

  @Test
  void aFileThatBecameShorterIsRefusedAndNotACrash() throws IOException {
    for (String name : List.of("columns.npy", "stored.npz", "deflated.npz")) {
      Path path = Files.copy(SAMPLES.resolve(name), folder.resolve(name));
      try (CheckpointFile file = Checkpoints.open(path)) {
        Files.write(path, new byte[9]);
        String entry = file.entries().get(0).name();
        assertThrows(CheckpointException.class, () -> file.tensor(entry));
      }
    }
  }
}
