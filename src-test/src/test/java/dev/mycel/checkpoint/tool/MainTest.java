package dev.mycel.checkpoint.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mycel.checkpoint.CheckpointFile;
import dev.mycel.checkpoint.Checkpoints;
import dev.mycel.core.DType;
import dev.mycel.core.Tensor;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

class MainTest {
  private static final Path RESOURCES = Path.of("src/test/resources/checkpoints");
  private static final Path JAR = Path.of("../checkpoint/target/mycel-checkpoint-tool.jar");

  @TempDir Path folder;

  /** What a command line came to. */
  private record Ran(int code, String out, String err) {}

  private static Ran run(Object... args) {
    return ran(false, args);
  }

  private static Ran onTerminal(Object... args) {
    return ran(true, args);
  }

  private static Ran ran(boolean terminal, Object[] args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    String[] texts = Stream.of(args).map(String::valueOf).toArray(String[]::new);
    int code = Main.run(new PrintWriter(out), new PrintWriter(err), terminal, 0, texts);
    return new Ran(
        code,
        out.toString().replace(System.lineSeparator(), "\n"),
        err.toString().replace(System.lineSeparator(), "\n"));
  }

  private Path sample() {
    Map<String, Object> entries = new LinkedHashMap<>();
    entries.put("a.weight", Tensor.of(new float[] {1, -2, Float.NaN, 4, 0, 1e9f}).reshape(2, 3));
    entries.put("b", Tensor.of(new long[] {Long.MIN_VALUE, 7, Long.MAX_VALUE}));
    entries.put("flag", Tensor.of(new boolean[] {true, false, true, true}));
    entries.put("half", Tensor.of(new float[] {0.5f, 1.5f}).cast(DType.FLOAT16));
    entries.put("none", Tensor.of(new float[0]).reshape(0, 2));
    entries.put("byte", Tensor.of(new int[] {255}).cast(DType.UINT8).reshape());
    entries.put("note", "bad\u001b[31m\u202ered");
    return Checkpoints.saveCheckpoint(entries, folder.resolve("sample.ckpt"));
  }

  // ---- inspect ----------------------------------------------------------------------------------

  @Test
  void inspectPrintsATable() {
    Ran ran = run("inspect", sample());
    assertEquals(
        """
        mindspore, 6 tensors, 0.000 MB
        text note = bad\\u001b[31m\\u202ered
        name      dtype    shape           MB           min           max          mean       NaN
        a.weight  float32  (2, 3)       0.000      -2.00000   1.00000e+09   2.00000e+08         1
        b         int64    (3,)         0.000  -9223372036854775808  9223372036854775807       0.00000         0
        flag      bool     (4,)         0.000             0             1      0.750000         0
        half      float16  (2,)         0.000      0.500000       1.50000       1.00000         0
        none      float32  (0, 2)       0.000             -             -             -         0
        byte      uint8    ()           0.000           255           255       255.000         0
        """,
        ran.out());
    assertEquals("", ran.err());
    assertEquals(0, ran.code());
  }

  @Test
  void inspectWithoutStatsReadsTheHeaderAlone() {
    Ran ran = run("inspect", "--no-stats", RESOURCES.resolve("dense.ckpt"));
    assertEquals(
        """
        mindspore, 2 tensors, 0.000 MB
        name    dtype    shape           MB
        weight  float32  (1, 2)       0.000
        bias    float32  (1,)         0.000
        """,
        ran.out());
    assertEquals(0, ran.code());
  }

  @Test
  void inspectPrintsJson() {
    Map<String, Object> entries = new LinkedHashMap<>();
    entries.put("x\u0085", Tensor.of(new float[] {1, Float.POSITIVE_INFINITY}));
    Path file = Checkpoints.saveCheckpoint(entries, folder.resolve("x.ckpt"));
    Ran ran = run("inspect", "--json", file);
    assertEquals(
        """
        {
          "file": "%s",
          "format": "mindspore",
          "metadata": {},
          "entries": [
            {
              "name": "x\\u0085",
              "stored_type": "Float32",
              "dtype": "float32",
              "shape": [
                2
              ],
              "bytes": 8,
              "min": 1.0,
              "max": "Infinity",
              "mean": "Infinity",
              "nan": 0,
              "infinite": 1
            }
          ]
        }
        """
            .formatted(file),
        ran.out());
    assertEquals(0, ran.code());
  }

  @Test
  void typesThatCannotBeLoadedAreListed() {
    Path file = RESOURCES.resolve("pytorch/dtypes.safetensors");
    Ran ran = run("inspect", file);
    assertEquals("", ran.err());
    assertEquals(0, ran.code());
    try (CheckpointFile opened = Checkpoints.open(file)) {
      assertEquals(opened.entries().size() + 2, ran.out().lines().count());
    }
  }

  // ---- convert and diff -------------------------------------------------------------------------

  @Test
  void everyFormatIsConvertedToEveryOther() {
    Path pt = RESOURCES.resolve("pytorch/checkpoint.pt");
    Path last = pt;
    for (String ending : new String[] {"safetensors", "ckpt", "npz", "ckpt", "safetensors"}) {
      Path next = folder.resolve("next." + ending);
      Ran ran = run("convert", last, next);
      assertEquals(0, ran.code(), ran.err());
      last = next;
    }
    Ran diff = run("diff", pt, last);
    assertEquals("no differences, compared: 27\n", diff.out());
    assertEquals(0, diff.code());
  }

  @Test
  void textsAreKeptWhereTheFormatHasThem() {
    Path file = sample();
    assertEquals(0, run("convert", file, folder.resolve("s.safetensors")).code());
    try (CheckpointFile opened = Checkpoints.open(folder.resolve("s.safetensors"))) {
      assertEquals(Map.of("note", "bad\u001b[31m\u202ered"), opened.metadata());
    }
    Ran npz = run("convert", file, folder.resolve("s.npz"));
    assertEquals("mycel-checkpoint: note: texts are left out, the format has none: 1\n", npz.err());
    assertEquals(0, npz.code());
  }

  @Test
  void oneTensorBecomesAnArrayAndSeveralDoNot() {
    Path columns = RESOURCES.resolve("numpy/columns.npy");
    Path array = folder.resolve("one.npy");
    assertEquals(new Ran(0, "", ""), run("convert", columns, array));
    assertEquals("no differences, compared: 1\n", run("diff", columns, array).out());
    Ran several = run("convert", RESOURCES.resolve("dense.ckpt"), folder.resolve("two.npy"));
    assertEquals(
        "mycel-checkpoint: convert: a .npy holds one tensor, the file has 2;"
            + " write a .npz, or drop the others with --map\n",
        several.err());
    assertEquals(1, several.code());
    assertFalse(Files.exists(folder.resolve("two.npy")));
  }

  @Test
  void floatsAreCastAndOthersStay() {
    Path file = sample();
    Path out = folder.resolve("f16.safetensors");
    Ran ran = run("convert", file, out, "--dtype", "f16");
    assertEquals(
        "mycel-checkpoint: warning: 1 elements of 'a.weight' are beyond float16 and became infinite\n",
        ran.err());
    assertEquals(0, ran.code());
    Ran diff = run("diff", file, out, "--rtol", "1e-3");
    assertEquals(
        """
        dtype: a.weight float32 and float16
        values: a.weight largest deviation Infinity at element 5, beyond the tolerance: 1 of 6
        dtype: none float32 and float16
        differences: 3, compared: 6
        """,
        diff.out());
    assertEquals(1, diff.code());
    Ran narrow = run("convert", RESOURCES.resolve("lenet.ckpt"), out, "--dtype", "bf16");
    assertEquals(0, narrow.code(), narrow.err());
    assertEquals(
        0,
        run("diff", RESOURCES.resolve("lenet.ckpt"), out, "--rtol", "0.01", "--ignore-dtype")
            .code());
  }

  @Test
  void namesGoThroughAMap() throws IOException {
    Path rules =
        Files.writeString(
            folder.resolve("rules.txt"), "name weight -> fc.weight\nname bias -> fc.bias\n");
    Path out = folder.resolve("mapped.safetensors");
    Ran ran = run("convert", RESOURCES.resolve("dense.ckpt"), out, "--map", rules);
    assertEquals("", ran.err());
    assertEquals(0, ran.code());
    Ran diff = run("diff", RESOURCES.resolve("dense.ckpt"), out);
    assertEquals(
        """
        only in A: weight float32 (1, 2)
        only in A: bias float32 (1,)
        only in B: fc.bias float32 (1,)
        only in B: fc.weight float32 (1, 2)
        differences: 4, compared: 0
        """,
        diff.out());
    assertEquals(1, diff.code());
  }

  @Test
  void encryptedFilesAreReadWithTheirKey() {
    Map<String, Object> entries = Map.of("x", Tensor.of(new float[] {1, 2}));
    byte[] key = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    Path file =
        Checkpoints.saveCheckpoint(
            entries,
            folder.resolve("secret.ckpt"),
            dev.mycel.checkpoint.SaveOptions.defaults()
                .encrypt(dev.mycel.checkpoint.Encryption.aesCbc(key)));
    Path plain = folder.resolve("plain.safetensors");
    Ran refused = run("convert", file, plain);
    assertEquals(1, refused.code());
    assertTrue(refused.err().contains("no key was given"), refused.err());
    assertFalse(Files.exists(plain));
    Ran ran = run("convert", file, plain, "--dec-key", "0123456789abcdef", "--dec-mode", "AES-CBC");
    assertEquals(0, ran.code(), ran.err());
    String hex = "hex:30313233343536373839616263646566";
    Ran diff = run("diff", file, plain, "--dec-key", hex, "--dec-mode", "AES-CBC");
    assertEquals("no differences, compared: 1\n", diff.out(), diff.err());
    assertEquals(2, run("verify", file, "--dec-key", "hex:xy").code());
  }

  @Test
  void deviationsAreFoundExactly() {
    Path a = folder.resolve("a.ckpt");
    Path b = folder.resolve("b.ckpt");
    Map<String, Object> one = new LinkedHashMap<>();
    one.put("i", Tensor.of(new long[] {1L << 60, 5}));
    one.put("f", Tensor.of(new float[] {1, Float.NaN, Float.POSITIVE_INFINITY, 2}));
    one.put("s", Tensor.of(new float[] {1, 2}));
    one.put("n", Tensor.of(new float[] {1, 2}));
    Map<String, Object> other = new LinkedHashMap<>(one);
    other.put("i", Tensor.of(new long[] {(1L << 60) + 1, 5}));
    other.put("f", Tensor.of(new float[] {1.5f, Float.NaN, Float.POSITIVE_INFINITY, 2}));
    other.put("s", Tensor.of(new float[] {1, 2, 3}));
    other.put("n", Tensor.of(new float[] {Float.NaN, 2}));
    Checkpoints.saveCheckpoint(one, a);
    Checkpoints.saveCheckpoint(other, b);
    Ran ran = run("diff", a, b, "--atol", "0.5");
    assertEquals(
        """
        values: i largest deviation 1.00000 at element 0, beyond the tolerance: 1 of 2
        values: f largest deviation 0.500000 at element 0, beyond the tolerance: 0 of 4
        shape: s (2,) and (3,)
        values: n largest deviation NaN at element 0, beyond the tolerance: 1 of 2
        differences: 3, compared: 3
        """,
        ran.out());
    assertEquals(1, ran.code());
  }

  // ---- verify -----------------------------------------------------------------------------------

  @Test
  void verifyTellsFineFromDamaged() throws IOException {
    Path crc = RESOURCES.resolve("lenet_crc.ckpt");
    assertEquals("fine: mindspore, 15 tensors, 0.075 MB\n", run("verify", crc).out());
    byte[] bytes = Files.readAllBytes(crc);
    bytes[bytes.length / 2] ^= 1;
    Path bad = Files.write(folder.resolve("bad.ckpt"), bytes);
    Ran ran = run("verify", bad);
    assertEquals(1, ran.code());
    assertEquals(
        "mycel-checkpoint: open: the check sum is not that of the content; file "
            + bad
            + "; offset "
            + (bytes.length - 17)
            + "; hint the file is damaged: copy or save it again\n",
        ran.err());
  }

  @TestFactory
  Stream<DynamicTest> hostileFilesEndInOneLine() throws IOException {
    try (Stream<Path> all = Files.list(RESOURCES.resolve("pytorch/malicious"))) {
      return all.filter(f -> !f.toString().endsWith(".jsonl")).toList().stream()
          .map(f -> DynamicTest.dynamicTest(f.getFileName().toString(), () -> refused(f)));
    }
  }

  private static void refused(Path file) {
    Ran ran = run("verify", file);
    assertEquals(1, ran.code(), ran.err());
    assertTrue(ran.err().startsWith("mycel-checkpoint: open: "), ran.err());
    assertEquals(1, ran.err().lines().count(), ran.err());
    assertTrue(ran.err().chars().noneMatch(c -> c != '\n' && Character.isISOControl(c)));
  }

  // ---- the command line -------------------------------------------------------------------------

  @Test
  void mistakesAreOneLineAndCodeTwo() {
    Map<String, Object[]> lines =
        Map.of(
            "name a command: inspect, convert, diff or verify; see mycel-checkpoint --help",
            new Object[] {},
            "Unknown option: '--x'; see mycel-checkpoint --help",
            new Object[] {"inspect", "f", "--x"},
            "OUT must end in .ckpt, .safetensors, .npz or .npy, not 'b.pt'; see mycel-checkpoint --help",
            new Object[] {"convert", "a.ckpt", "b.pt"},
            "open: the file does not exist; file gone.ckpt; cause NoSuchFileException: gone.ckpt;"
                + " hint check the path",
            new Object[] {"verify", "gone.ckpt"});
    lines.forEach(
        (message, args) -> {
          Ran ran = run(args);
          assertEquals("mycel-checkpoint: " + message + "\n", ran.err());
          assertEquals("", ran.out());
          assertEquals(2, ran.code());
        });
    Path lost = folder.resolve("no/such/folder.npz");
    Ran ran = run("convert", RESOURCES.resolve("dense.ckpt"), lost);
    assertEquals(
        "mycel-checkpoint: there is no folder '"
            + lost.toAbsolutePath().getParent()
            + "'; see mycel-checkpoint --help\n",
        ran.err());
    assertEquals(2, ran.code());
    assertEquals(
        new Ran(2, "", "mycel-checkpoint: open: '" + folder + "' is a folder; name a file in it\n"),
        run("verify", folder));
  }

  @Test
  void helpNamesCommandsAndCodes() {
    Ran ran = run("--help");
    assertEquals(0, ran.code());
    for (String word : new String[] {"inspect", "convert", "diff", "verify", "Exit codes:"}) {
      assertTrue(ran.out().contains(word), ran.out());
    }
    assertTrue(run("--version").out().startsWith("mycel-checkpoint "));
  }

  @Test
  void aTerminalGetsABarThatIsWiped() {
    Path file = RESOURCES.resolve("lenet.ckpt");
    Ran ran = onTerminal("verify", file);
    assertTrue(
        ran.err().startsWith("\r[..............................]   1 % of 0.075 MB"), ran.err());
    assertTrue(ran.err().endsWith(" \r"), ran.err());
    assertEquals("", run("verify", file).err());
  }

  /** Built in the phase package, which comes after this module's tests only if they run alone. */
  @Test
  void theJarRunsAlone() throws Exception {
    assumeTrue(Files.exists(JAR), "the jar is built by mvn package");
    Path out = folder.resolve("converted.safetensors");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-jar",
                JAR.toString(),
                "convert",
                RESOURCES.resolve("lenet.ckpt").toString(),
                out.toString())
            .redirectErrorStream(true)
            .start();
    String told = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), told);
    assertEquals("", told);
    assertEquals(0, run("diff", RESOURCES.resolve("lenet.ckpt"), out).code());
  }
}
