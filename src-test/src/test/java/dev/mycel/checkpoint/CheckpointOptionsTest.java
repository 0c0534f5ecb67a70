package dev.mycel.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.mycel.checkpoint.proto.Checkpoint;
import dev.mycel.checkpoint.proto.TensorProto;
import dev.mycel.core.ArgumentException;
import dev.mycel.core.DType;
import dev.mycel.core.Generator;
import dev.mycel.core.Mycel;
import dev.mycel.core.Ops;
import dev.mycel.core.Tensor;
import dev.mycel.core.Variable;
import dev.mycel.nn.Parameter;
import dev.mycel.nn.layer.Dense;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.CheckedOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What can be asked of saving and loading, one option at a time. */
class CheckpointOptionsTest {
  private static final Path GOLDEN = Path.of("src/test/resources/checkpoints");
  private static final LoadOptions ALL = LoadOptions.defaults();

  @TempDir Path folder;

  @BeforeEach
  void onTheDefaultBackend() {
    Mycel.setBackend("onednn");
  }

  // ---- saving -----------------------------------------------------------------------------------

  @Test
  void aListOfNamedDataGivesTheFileOfTheMap() throws IOException {
    Tensor tensor = Ops.arange(3);
    Parameter parameter = new Parameter(Ops.ones(2), "p");
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("a", tensor);
    map.put("b", parameter);
    List<Map<String, Object>> list =
        List.of(Map.of("name", "a", "data", tensor), Map.of("name", "b", "data", parameter));
    assertArrayEquals(
        Files.readAllBytes(Checkpoints.saveCheckpoint(map, folder.resolve("map"))),
        Files.readAllBytes(Checkpoints.saveCheckpoint(list, folder.resolve("list"))));
    for (Map<String, Object> wrong :
        List.<Map<String, Object>>of(
            Map.of("name", "a"),
            Map.of("name", 1, "data", tensor),
            Map.of("name", "a", "data", "text"),
            Map.of("name", "a", "data", tensor, "more", 1))) {
      ArgumentException e =
          assertThrows(
              ArgumentException.class,
              () -> Checkpoints.saveCheckpoint(List.of(wrong), folder.resolve("no")));
      assertTrue(e.getMessage().contains("is no named value"), e::getMessage);
    }
  }

  @Test
  void everyKindOfAppendedEntryComesBack() {
    Generator generator = new Generator(3);
    generator.next(1);
    Map<String, Object> more = new LinkedHashMap<>();
    more.put("text", "naïve ✓ \uD83D\uDE00");
    more.put("empty", "");
    more.put("int", 12);
    more.put("long", -5L);
    more.put("float", 0.25f);
    more.put("double", 0.1);
    more.put("bool", true);
    more.put("tensor", Ops.arange(3).cast(DType.BFLOAT16));
    more.put("parameter", new Parameter(Ops.ones(2), "other"));
    more.put("variable", new Variable(Ops.zeros(1)));
    more.put("generator", generator);
    Path file =
        Checkpoints.saveCheckpoint(
            new Dense(2, 1),
            folder.resolve("append"),
            SaveOptions.defaults().choose(name -> name.equals("bias")).append(more));
    LoadedParameters loaded = Checkpoints.loadCheckpoint(file);
    assertEquals(
        List.of(
            "bias",
            "int",
            "long",
            "float",
            "double",
            "bool",
            "tensor",
            "parameter",
            "variable",
            "generator"),
        List.copyOf(loaded.keySet()));
    assertEquals(Map.of("text", more.get("text"), "empty", ""), loaded.strings());
    assertEquals("Int64 12", described(loaded.get("int")));
    assertEquals("Int64 -5", described(loaded.get("long")));
    assertEquals("Float32 0.25", described(loaded.get("float")));
    assertEquals("Float32 0.1", described(loaded.get("double")));
    assertEquals("Bool True", described(loaded.get("bool")));
    assertEquals("BFloat16 [0.000000 1.000000 2.000000]", described(loaded.get("tensor")));
    assertEquals("Float32 [1. 1.]", described(loaded.get("parameter")));
    Generator other = new Generator().setState(loaded.get("generator").value());
    assertEquals(generator.next(1), other.next(1));
  }

  private static String described(Parameter p) {
    return p.dtype().displayName() + " " + p.value();
  }

  @Test
  void whatCannotBeAppendedIsRefusedByName() {
    for (Object value : new Object[] {List.of(1), 'c', new float[] {1}}) {
      SaveOptions options = SaveOptions.defaults().append(Map.of("odd", value));
      ArgumentException e =
          assertThrows(
              ArgumentException.class,
              () -> Checkpoints.saveCheckpoint(new Dense(2, 1), folder.resolve("x"), options));
      assertTrue(e.getMessage().contains("'odd' cannot be saved"), e.getMessage());
    }
  }

  /** MindSpore leaves its files read-only. */
  @Test
  void aFileThatIsReadOnlyIsReplaced() throws IOException {
    Path file = Files.copy(GOLDEN.resolve("dense.ckpt"), folder.resolve("dense.ckpt"));
    Files.setPosixFilePermissions(file, Set.of(PosixFilePermission.OWNER_READ));
    Checkpoints.saveCheckpoint(new Dense(3, 1), file);
    assertEquals(3, Checkpoints.loadCheckpoint(file).get("weight").shape().dim(1));
    assertTrue(Files.isWritable(file));
  }

  // ---- slices -----------------------------------------------------------------------------------

  /** MindSpore wrote these with slices of 512 KiB instead of 512 MiB. */
  @ParameterizedTest
  @ValueSource(strings = {"sliced.ckpt", "sliced_crc.ckpt"})
  void slicesAreThoseOfMindSporeByteForByte(String name) throws IOException {
    List<Item> items = new ArrayList<>();
    Checkpoints.loadCheckpoint(GOLDEN.resolve(name))
        .forEach((key, p) -> items.add(new Item.Numbers(key, p.value())));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    CRC32 crc = new CRC32();
    new RecordWriter(new CheckedOutputStream(out, crc), 512 << 10).write(items);
    if (name.contains("crc")) {
      Trailer.write(out, crc.getValue());
    }
    assertArrayEquals(Files.readAllBytes(GOLDEN.resolve(name)), out.toByteArray());
  }

  @Test
  void slicesOfAnyLengthAreReadTogetherAgain() throws IOException {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("doubles", SafetensorsTest.random(DType.FLOAT64, 5, 60_000));
    tensors.put("strided", SafetensorsTest.random(DType.INT16, 3, 500, 700).transpose(2, 0, 1));
    tensors.put("wide", SafetensorsTest.random(DType.FLOAT32, 2, 300_000).transpose(1, 0));
    tensors.put("nothing", Ops.zeros(0, 3));
    List<Item> items = new ArrayList<>();
    tensors.forEach((name, tensor) -> items.add(new Item.Numbers(name, tensor)));
    for (int chunk : new int[] {8 * 1001, 1 << 20, (1 << 20) + 8, 1 << 29}) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      new RecordWriter(out, chunk).write(items);
      Path file = Files.write(folder.resolve("sliced.ckpt"), out.toByteArray());
      LoadedParameters loaded = Checkpoints.loadCheckpoint(file);
      tensors.forEach(
          (name, tensor) -> SafetensorsTest.assertSame(name, tensor, loaded.get(name).value()));
    }
  }

  // ---- types ------------------------------------------------------------------------------------

  private Path unsigned(long largest) throws IOException {
    Checkpoint.Builder file = Checkpoint.newBuilder();
    for (int bytes : new int[] {2, 4, 8}) {
      ByteBuffer content = ByteBuffer.allocate(2 * bytes).order(ByteOrder.LITTLE_ENDIAN);
      content.put(bytes - 1, (byte) 0x70);
      if (bytes == 8) {
        content.putLong(8, largest);
      } else {
        content.position(bytes);
        while (content.hasRemaining()) {
          content.put((byte) 0xFF);
        }
      }
      file.addValue(
          Checkpoint.Value.newBuilder()
              .setTag("u" + bytes)
              .setTensor(
                  TensorProto.newBuilder()
                      .addDims(2)
                      .setTensorType("UInt" + 8 * bytes)
                      .setTensorContent(ByteString.copyFrom(content.array()))));
    }
    return Files.write(folder.resolve("unsigned.ckpt"), file.build().toByteArray());
  }

  @Test
  void unsignedTypesAreWidenedToOneThatHoldsThem() throws IOException {
    Path file = unsigned(Long.MAX_VALUE);
    LoadedParameters loaded = Checkpoints.loadCheckpoint(file);
    assertEquals("Int32 [28672 65535]", described(loaded.get("u2")));
    assertEquals("Int64 [1879048192 4294967295]", described(loaded.get("u4")));
    assertArrayEquals(
        new long[] {0x7000000000000000L, Long.MAX_VALUE}, loaded.get("u8").value().toLongArray());
    try (CheckpointFile open = Checkpoints.open(file)) {
      assertEquals("UInt64", open.entries().get(2).storedType());
      assertEquals(DType.INT64, open.entries().get(2).dtype());
    }
  }

  @Test
  void anUnsignedNumberBeyondEveryTypeIsRefusedWithItsPlace() throws IOException {
    Path file = unsigned(-1);
    CheckpointException e =
        assertThrows(CheckpointException.class, () -> Checkpoints.loadCheckpoint(file));
    assertTrue(e.getMessage().contains("element 1 is 2^63 or more"), e.getMessage());
    assertEquals(
        2, Checkpoints.loadCheckpoint(file, ALL.choose(name -> !name.equals("u8"))).size());
    try (CheckpointFile open = Checkpoints.open(file)) {
      Tensor bytes = open.bytes("u8");
      assertEquals(List.of(16L), Arrays.stream(bytes.shape().dims()).boxed().toList());
      assertEquals(255, bytes.narrow(0, 8, 8).cast(DType.INT32).min().item());
      assertEquals(4, open.bytes("u2").size());
      assertThrows(CheckpointException.class, () -> open.bytes("missing"));
    }
  }

  // ---- loading ----------------------------------------------------------------------------------

  private static Set<String> names(LoadOptions options) {
    return Checkpoints.loadCheckpoint(GOLDEN.resolve("lenet.ckpt"), options).keySet();
  }

  @Test
  void prefixesAndTheChoiceAllHaveToLetAnEntryPass() {
    assertEquals(Set.of("conv2.weight", "conv2.bias"), names(ALL.specifyPrefix("conv2")));
    assertEquals(
        Set.of("conv1.weight", "conv2.weight", "conv2.bias"),
        names(ALL.filterPrefix("bn", "head")));
    assertEquals(
        Set.of("bn1.gamma", "bn1.beta"),
        names(ALL.specifyPrefix("bn1", "conv1").filterPrefix("bn1.moving", "conv")));
    assertEquals(
        Set.of("conv2.bias"),
        names(ALL.specifyPrefix("conv").choose(name -> name.endsWith("bias"))));
    CheckpointException e =
        assertThrows(CheckpointException.class, () -> names(ALL.specifyPrefix("nobody")));
    assertTrue(e.getMessage().contains("there is no entry to load"), e.getMessage());
  }

  @Test
  void emptyPrefixesAreRefused() {
    for (String[] prefixes : new String[][] {{}, {""}, {"conv", ""}}) {
      assertThrows(ArgumentException.class, () -> ALL.specifyPrefix(prefixes));
      assertThrows(ArgumentException.class, () -> ALL.filterPrefix(prefixes));
    }
    assertThrows(ArgumentException.class, () -> ALL.removeRedundancy(true));
    assertEquals(ALL, ALL.removeRedundancy(false));
  }

  @Test
  void aCheckSumThatWasAskedForAndIsNotThereIsWarnedOf() throws IOException {
    try (Logs logs = new Logs()) {
      Checkpoints.loadCheckpoint(GOLDEN.resolve("dense_crc.ckpt"), ALL.crcCheck(true));
      Checkpoints.loadCheckpoint(GOLDEN.resolve("dense.ckpt"));
      assertEquals(List.of(), logs.lines());
      Path file = GOLDEN.resolve("dense.ckpt");
      assertEquals(2, Checkpoints.loadCheckpoint(file, ALL.crcCheck(true)).size());
      assertEquals(
          List.of("WARNING loadCheckpoint: the file has no check sum to verify\n  file  " + file),
          logs.lines());
    }
    byte[] bytes = Files.readAllBytes(GOLDEN.resolve("dense_crc.ckpt"));
    bytes[40] ^= 1;
    Path changed = Files.write(folder.resolve("changed.ckpt"), bytes);
    assertEquals(2, Checkpoints.loadCheckpoint(changed, ALL.verifyCrc(false)).size());
    LoadOptions asked = ALL.verifyCrc(false).crcCheck(true);
    assertThrows(CheckpointException.class, () -> Checkpoints.loadCheckpoint(changed, asked));
  }

  @Test
  void aCheckTellsWholeFilesFromOthers() throws IOException {
    assertTrue(Checkpoints.checkCheckpoint(GOLDEN.resolve("dense.ckpt")));
    assertTrue(Checkpoints.checkCheckpoint(GOLDEN.resolve("dense_crc.ckpt")));
    assertFalse(Checkpoints.checkCheckpoint(GOLDEN.resolve("values.safetensors")));
    byte[] bytes = Files.readAllBytes(GOLDEN.resolve("dense_crc.ckpt"));
    bytes[40] ^= 1;
    Path changed = Files.write(folder.resolve("changed.ckpt"), bytes);
    try (Logs logs = new Logs()) {
      assertFalse(Checkpoints.checkCheckpoint(changed));
      assertFalse(Checkpoints.checkCheckpoint(GOLDEN.resolve("encrypted_aes-gcm_192.ckpt")));
      assertTrue(logs.lines().get(0).contains("the check sum is not"), logs.lines().toString());
      assertTrue(logs.lines().get(1).contains("AES-GCM"), logs.lines().toString());
    }
    assertThrows(
        CheckpointException.class, () -> Checkpoints.checkCheckpoint(folder.resolve("none.ckpt")));
  }

  @Test
  void aFileIsLoadedIntoANetAsOptionsAndModeSay() {
    Dense net = new Dense(2, 1);
    Path file = GOLDEN.resolve("dense.ckpt");
    Checkpoints.loadCheckpoint(file, net, ALL, LoadMode.EXACT);
    assertTrue(net.weight().value().sameAs(Checkpoints.loadCheckpoint(file).get("weight").value()));
    LoadOptions bias = ALL.specifyPrefix("bias");
    assertEquals(1, Checkpoints.loadCheckpoint(file, net, bias, LoadMode.STRICT).size());
    assertThrows(
        CheckpointException.class,
        () -> Checkpoints.loadCheckpoint(file, net, bias, LoadMode.EXACT));
  }

  @Test
  void strictLoadingNeitherCastsNorGuessesPrefixes() {
    Map<String, Parameter> halves = new LinkedHashMap<>();
    halves.put("net.weight", new Parameter(Ops.ones(1, 2).cast(DType.FLOAT16), "net.weight"));
    halves.put("xbias", new Parameter(Ops.ones(1), "xbias"));
    Dense net = new Dense(2, 1);
    LoadResult strict = Checkpoints.loadParamIntoNet(net, halves, LoadMode.STRICT);
    assertEquals(List.of("weight", "bias"), strict.paramNotLoad());
    assertEquals(List.of("net.weight", "xbias"), strict.ckptNotLoad());
    LoadResult lenient = Checkpoints.loadParamIntoNet(net, halves);
    assertEquals(List.of("bias"), lenient.paramNotLoad());
    assertEquals(List.of("xbias"), lenient.ckptNotLoad());
    assertArrayEquals(new float[] {1, 1}, net.weight().value().toFloatArray());
    assertEquals(DType.FLOAT32, net.weight().dtype());
    halves.put("weight", halves.remove("net.weight"));
    assertThrows(
        CheckpointException.class,
        () -> Checkpoints.loadParamIntoNet(net, halves, LoadMode.STRICT));
  }
}
