package dev.mycel.checkpoint;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.core.DType;
import dev.mycel.core.Mycel;
import dev.mycel.core.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever bytes a file has, it is read or refused with a {@link CheckpointException}, in bounded
 * time and memory. {@code -Dmycel.mutations=N} sets how many changed files of each format are read.
 */
class MutationTest {
  private static final Path SAMPLES = TorchSamples.goldens().resolve("..").normalize();

  @TempDir Path folder;

  /**
   * A format.
   *
   * @param file the name of the file that is changed
   * @param samples whole files
   * @param packing how a changed sample becomes a file
   * @param reader how a file is read
   * @param isSealed whether no change can lead to other contents, because check sums cover them
   * @param endsAnywhere whether a file that was cut may be whole again
   */
  private record Format(
      String name,
      String file,
      List<byte[]> samples,
      Packing packing,
      Mutations.Reader reader,
      boolean isSealed,
      boolean endsAnywhere) {
    Format(String name, String file, List<byte[]> samples) {
      this(name, file, samples, (bytes, sample) -> bytes, Mutations::content, false, false);
    }

    Format packed(Packing packing) {
      return new Format(name, file, samples, packing, reader, isSealed, endsAnywhere);
    }

    Format read(Mutations.Reader reader) {
      return new Format(name, file, samples, packing, reader, isSealed, endsAnywhere);
    }

    Format sealed() {
      return new Format(name, file, samples, packing, reader, true, endsAnywhere);
    }

    Format cuttable() {
      return new Format(name, file, samples, packing, reader, isSealed, true);
    }
  }

  /** Puts a changed part into a file. */
  private interface Packing {
    byte[] file(byte[] part, int sample) throws IOException;
  }

  /** Every format; another one is tested by a line more. */
  private List<Format> formats() throws IOException {
    return List.of(
        new Format("ckpt", "changed.ckpt", files("", "dense.ckpt", "append.ckpt", "shapes.ckpt"))
            .read(MutationTest::bothWays)
            .cuttable(),
        new Format("ckpt with check sum", "changed.ckpt", files("", "dense_crc.ckpt"))
            .read(MutationTest::bothWays)
            .cuttable(),
        encrypted(Encryption.aesGcm(KEY)).sealed(),
        encrypted(Encryption.aesCbc(KEY)),
        new Format(
            "safetensors",
            "changed.safetensors",
            files(
                "pytorch/",
                "dtypes.safetensors",
                "shapes.safetensors",
                "metadata.safetensors",
                "nothing.safetensors")),
        index(),
        shard(),
        new Format("pt zip", "changed.pt", files("pytorch/", TORCH)).sealed(),
        pickles(),
        new Format("pt legacy", "changed.pt", files("pytorch/", "legacy_views.pt", "legacy.pt")),
        new Format("npy", "changed.npy", files("numpy/", NPY)),
        new Format("npz stored", "changed.npz", files("numpy/", "stored.npz")).sealed(),
        new Format(
                "npz deflated",
                "changed.npz",
                List.of(sample("numpy/deflated.npz"), deflatedWithDescriptors()))
            .sealed(),
        arrays());
  }

  private static final byte[] KEY = "0123456789abcdef0123456789abcdef".getBytes(US_ASCII);

  private static Format encrypted(Encryption by) throws IOException {
    String sample = "encrypted_" + by.mode().toLowerCase(Locale.ROOT) + "_256.ckpt";
    return new Format("ckpt " + by.mode(), "changed.ckpt", files("", sample))
        .read(file -> Mutations.content(file, by));
  }

  private static final String[] TORCH = {"views.pt", "parameter.pt", "module.pt", "dtypes.pt"};

  private static final String[] NPY = {
    "float32.npy",
    "columns.npy",
    "big.npy",
    "scalar.npy",
    "bfloat16.npy",
    "version2.npy",
    "version3.npy"
  };

  private static byte[] sample(String name) throws IOException {
    return Files.readAllBytes(SAMPLES.resolve(name));
  }

  private static List<byte[]> files(String folder, String... names) throws IOException {
    List<byte[]> files = new ArrayList<>();
    for (String name : names) {
      files.add(sample(folder + name));
    }
    return files;
  }

  /** The two doors to this format must hold alike. */
  private static String bothWays(Path file) throws IOException {
    String content = Mutations.content(file);
    try {
      Checkpoints.loadCheckpoint(file).values().forEach(p -> p.value().shape());
    } catch (CheckpointException e) {
      assertTrue(e.getMessage().contains(file.toString()), e.getMessage());
    }
    return content;
  }

  // ---- formats of several files -----------------------------------------------------------------

  private static final String SET = "set.safetensors";

  private Format index() throws IOException {
    Path index = writeSet();
    return new Format(
        "safetensors index", index.getFileName().toString(), List.of(Files.readAllBytes(index)));
  }

  private Format shard() throws IOException {
    Path index = writeSet();
    String shard = "set-00002-of-00002.safetensors";
    List<byte[]> samples = List.of(Files.readAllBytes(folder.resolve(shard)));
    return new Format("safetensors in a set", shard, samples)
        .read(file -> Mutations.content(file.resolveSibling(index.getFileName())));
  }

  private Path writeSet() {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (DType dtype : List.of(DType.FLOAT32, DType.INT64, DType.BFLOAT16)) {
      tensors.put("layer." + dtype, SafetensorsTest.random(dtype, 2, 3));
    }
    return Checkpoints.saveSafetensors(
        tensors, folder.resolve(SET), SafetensorsOptions.defaults().shardBytes(48));
  }

  // ---- parts of archives, whose check sums are right --------------------------------------------

  private static Format pickles() throws IOException {
    List<Map<String, byte[]>> archives = new ArrayList<>();
    List<byte[]> samples = new ArrayList<>();
    List<String> names = List.of("views", "parameter", "module", "checkpoint");
    for (String name : names) {
      Map<String, byte[]> archive = unzip(SAMPLES.resolve("pytorch/" + name + ".pt"));
      samples.add(archive.get(name + "/data.pkl"));
      archives.add(archive);
    }
    return new Format("pt pickle", "changed.pt", samples)
        .packed((bytes, i) -> zipped(archives.get(i), names.get(i) + "/data.pkl", bytes));
  }

  private static Format arrays() throws IOException {
    return new Format("npz array", "changed.npz", files("numpy/", NPY))
        .packed((bytes, i) -> zipped(Map.of(), "layer/weight.npy", bytes));
  }

  private static byte[] zipped(Map<String, byte[]> entries, String name, byte[] content) {
    Map<String, byte[]> changed = new LinkedHashMap<>(entries);
    changed.put(name, content);
    return TorchSamples.zip(changed, false);
  }

  private static Map<String, byte[]> unzip(Path file) throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    try (ZipFile zip = new ZipFile(file.toFile())) {
      for (ZipEntry entry : zip.stream().map(e -> (ZipEntry) e).toList()) {
        entries.put(entry.getName(), zip.getInputStream(entry).readAllBytes());
      }
    }
    return entries;
  }

  private byte[] deflatedWithDescriptors() throws IOException {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (DType dtype : DType.values()) {
      tensors.put(dtype.toString(), SafetensorsTest.random(dtype, 3, 2));
    }
    tensors.put("zeros", Tensor.zeros(40, 50));
    NpzOptions compressed = NpzOptions.defaults().compressed(true);
    return Files.readAllBytes(Checkpoints.saveNpz(tensors, folder.resolve("made"), compressed));
  }

  // ---- tests ------------------------------------------------------------------------------------

  @BeforeEach
  void onTheDefaultBackend() {
    Mycel.setBackend("onednn");
  }

  @TestFactory
  Stream<DynamicTest> changedFilesAreReadOrRefusedAndNothingElse() throws IOException {
    return formats().stream()
        .map(format -> DynamicTest.dynamicTest(format.name(), () -> change(format)));
  }

  private void change(Format format) {
    Duration longest = Duration.ofSeconds(60 + Mutations.COUNT / 100);
    Random random = Mutations.seeded(format.name());
    assertTimeoutPreemptively(
        longest,
        () -> {
          Mycel.setBackend("onednn");
          change(format, random);
        });
  }

  private void change(Format format, Random random) throws IOException {
    Path file = folder.resolve(format.file());
    List<@Nullable String> whole = whole(format, file);
    Mutations mutations = new Mutations();
    for (int i = 0; i < Mutations.COUNT; i++) {
      int sample = i % format.samples().size();
      byte[] changed = Mutations.changed(format.samples().get(sample), random);
      byte[] bytes = format.packing().file(changed, sample);
      String what = format.name() + ", mutation " + i;
      String read = mutations.readOrRefused(file, bytes, format.reader(), what);
      // A header that a change made one of a type which nobody loads is listed, and not summed up.
      if (read != null && format.isSealed() && !read.contains("dtype=null")) {
        assertEquals(whole.get(sample), read, what);
      }
    }
    restore(format, file);
    System.out.println("mutations: " + format.name() + ", " + mutations);
    assertTrue(mutations.read() < Mutations.COUNT, "no change was noticed");
    assertTrue(mutations.read() > 0, "nothing was read");
  }

  /** The content of each sample, which is read as it is. */
  private static List<@Nullable String> whole(Format format, Path file) throws IOException {
    Mutations mutations = new Mutations();
    List<@Nullable String> whole = new ArrayList<>();
    for (int i = 0; i < format.samples().size(); i++) {
      byte[] bytes = format.packing().file(format.samples().get(i), i);
      whole.add(mutations.readOrRefused(file, bytes, format.reader(), format.name() + ", whole"));
    }
    assertEquals(format.samples().size(), mutations.read(), format.name() + " is refused");
    return whole;
  }

  /** Files of a set serve other formats, too. */
  private static void restore(Format format, Path file) throws IOException {
    Files.write(file, format.packing().file(format.samples().get(0), 0));
  }

  @TestFactory
  Stream<DynamicTest> aFileCutAnywhereIsRefused() throws IOException {
    return formats().stream()
        .map(format -> DynamicTest.dynamicTest(format.name(), () -> cut(format)));
  }

  private void cut(Format format) throws IOException {
    Path file = folder.resolve(format.file());
    byte[] smallest =
        format.samples().stream().min(Comparator.comparingInt(a -> a.length)).orElseThrow();
    int sample = format.samples().indexOf(smallest);
    Mutations mutations = new Mutations();
    int end = smallest.length;
    while (smallest[end - 1] == '\n') { // a text means the same without its last line's end
      end--;
    }
    for (int length = 0; length < end; length++) {
      String what = format.name() + ", cut to " + length;
      byte[] bytes = format.packing().file(Arrays.copyOf(smallest, length), sample);
      String read = mutations.readOrRefused(file, bytes, format.reader(), what);
      if (!format.endsAnywhere()) {
        assertNull(read, what);
      }
    }
    restore(format, file);
    assertTrue(mutations.read() <= 2, format.name() + ": " + mutations);
  }
}
