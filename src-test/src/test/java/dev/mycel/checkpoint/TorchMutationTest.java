package dev.mycel.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.core.Mycel;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever bytes a file has, it is read or refused; nothing else happens. */
class TorchMutationTest {
  private static final Path GOLDENS = TorchSamples.goldens();
  private static final Duration LONG = Duration.ofSeconds(10);

  /** What a file of some kilobytes may take to be read, all that is thrown away included. */
  private static final long MOST_MEMORY = 32 << 20;

  private static final int MUTATIONS = Integer.getInteger("mycel.mutations", 2000);

  @TempDir Path folder;

  @BeforeEach
  void onTheDefaultBackend() {
    Mycel.setBackend("onednn");
  }

  /** Bytes that this thread has asked for since it began. */
  private static long allocated() {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    return threads.getCurrentThreadAllocatedBytes();
  }

  /** All that is in a file, or null if it is refused, which must name the file. */
  private @Nullable String readOrRefused(byte[] bytes, String what) throws IOException {
    Path path = Files.write(folder.resolve("changed.pt"), bytes);
    long before = allocated();
    try {
      String read = assertTimeout(LONG, () -> read(path), what);
      assertTrue(allocated() - before < MOST_MEMORY, what);
      return read;
    } catch (CheckpointException e) {
      assertTrue(allocated() - before < MOST_MEMORY, what);
      assertTrue(e.getMessage().contains("changed.pt"), () -> what + ": " + e.getMessage());
      assertTrue(e.getMessage().contains("hint"), () -> what + ": " + e.getMessage());
      return null;
    } catch (RuntimeException | Error e) {
      throw new AssertionError(what, e);
    }
  }

  private static String read(Path path) throws IOException {
    StringBuilder all = new StringBuilder();
    try (CheckpointFile file = Checkpoints.open(path)) {
      all.append(file.entries()).append(file.metadata());
      for (CheckpointEntry entry : file.entries()) {
        if (entry.bytes() > 0 && entry.bytes() <= Elements.BLOCK) {
          byte[] content = new byte[(int) entry.bytes()];
          ((TorchFile) file).content(entry).next(content.length).get(content);
          all.append(Arrays.hashCode(content)).append(' ');
        }
      }
    }
    return all.toString();
  }

  private static byte[] golden(String name) throws IOException {
    return Files.readAllBytes(GOLDENS.resolve(name));
  }

  @Test
  void aFileCutAnywhereIsRefused() throws IOException {
    for (String name : List.of("views.pt", "parameter.pt", "legacy_views.pt")) {
      byte[] whole = golden(name);
      for (int length = 0; length < whole.length; length++) {
        String what = name + " cut to " + length;
        assertEquals(null, readOrRefused(Arrays.copyOf(whole, length), what), what);
      }
    }
  }

  @Test
  void aPickleCutAnywhereIsRefused() throws IOException {
    Map<String, byte[]> entries = unzip("parameter.pt");
    byte[] pickle = entries.get("parameter/data.pkl");
    for (int length = 0; length < pickle.length; length++) {
      entries.put("parameter/data.pkl", Arrays.copyOf(pickle, length));
      String what = "pickle cut to " + length;
      assertEquals(null, readOrRefused(TorchSamples.zip(entries, false), what), what);
    }
  }

  private static Map<String, byte[]> unzip(String name) throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    try (ZipFile zip = new ZipFile(GOLDENS.resolve(name).toFile())) {
      for (ZipEntry entry : zip.stream().map(e -> (ZipEntry) e).toList()) {
        entries.put(entry.getName(), zip.getInputStream(entry).readAllBytes());
      }
    }
    return entries;
  }

  @Test
  void changedBytesOfAnArchiveChangeNothingOrAreRefused() throws IOException {
    Random random = seeded("archive");
    List<String> names = List.of("views.pt", "parameter.pt", "module.pt", "dtypes.pt");
    for (int i = 0; i < MUTATIONS; i++) {
      String name = names.get(i % names.size());
      byte[] whole = golden(name);
      byte[] changed = mutated(whole, random);
      String read = readOrRefused(changed, name + ", mutation " + i);
      if (read != null) {
        assertEquals(read(GOLDENS.resolve(name)), read, name + ", mutation " + i);
      }
    }
  }

  @Test
  void changedPicklesAreReadOrRefused() throws IOException {
    Random random = seeded("pickle");
    List<String> names = List.of("views", "parameter", "module", "checkpoint");
    Map<String, Map<String, byte[]>> whole = new LinkedHashMap<>();
    for (String name : names) {
      whole.put(name, unzip(name + ".pt"));
    }
    int read = 0;
    for (int i = 0; i < MUTATIONS; i++) {
      String name = names.get(i % names.size());
      Map<String, byte[]> entries = new LinkedHashMap<>(whole.get(name));
      entries.computeIfPresent(name + "/data.pkl", (key, pickle) -> mutated(pickle, random));
      byte[] changed = TorchSamples.zip(entries, false);
      read += readOrRefused(changed, name + ", mutation " + i) == null ? 0 : 1;
    }
    assertTrue(read > 0, "no changed pickle was read, so that no content was asked for");
  }

  @Test
  void changedBytesOfTheFormatBeforeZipAreReadOrRefused() throws IOException {
    Random random = seeded("legacy");
    List<String> names = List.of("legacy.pt", "legacy_views.pt");
    for (int i = 0; i < MUTATIONS; i++) {
      String name = names.get(i % names.size());
      readOrRefused(mutated(golden(name), random), name + ", mutation " + i);
    }
  }

  @Test
  void opcodesInAnyOrderAreReadOrRefused() throws IOException {
    Random random = seeded("opcodes");
    PickleOp[] ops = PickleOp.values();
    for (int i = 0; i < MUTATIONS; i++) {
      byte[] noise = new byte[random.nextInt(60)];
      for (int k = 0; k < noise.length; k++) {
        boolean small = random.nextInt(4) == 0;
        noise[k] = (byte) (small ? random.nextInt(4) : ops[random.nextInt(ops.length)].code());
      }
      byte[] pickle = TorchSamples.pickle((Object) noise);
      readOrRefused(TorchSamples.archive(pickle, new byte[4]), "noise " + i);
    }
  }

  private static Random seeded(String what) {
    long seed = Long.getLong("mycel.seed", new Random().nextLong());
    System.out.println("TorchMutationTest " + what + " seed " + seed);
    return new Random(seed);
  }

  /** A copy with bytes set, bits turned, or a part cut out, doubled or moved. */
  private static byte[] mutated(byte[] whole, Random random) {
    byte[] changed = whole.clone();
    int kind = random.nextInt(6);
    int at = random.nextInt(whole.length);
    int length = Math.min(whole.length - at, 1 + random.nextInt(16));
    switch (kind) {
      case 0 -> changed[at] = (byte) random.nextInt();
      case 1 -> changed[at] ^= (byte) (1 << random.nextInt(8));
      case 2 -> Arrays.fill(changed, at, at + length, (byte) (random.nextBoolean() ? 0 : -1));
      case 3 ->
          changed =
              TorchSamples.cat(
                  Arrays.copyOf(whole, at), Arrays.copyOfRange(whole, at + length, whole.length));
      case 4 ->
          changed =
              TorchSamples.cat(
                  Arrays.copyOf(whole, at + length), Arrays.copyOfRange(whole, at, whole.length));
      default -> {
        int other = random.nextInt(whole.length - length + 1);
        System.arraycopy(whole, other, changed, at, length);
      }
    }
    return changed;
  }
}
