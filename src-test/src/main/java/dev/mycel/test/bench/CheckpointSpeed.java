package dev.mycel.test.bench;

import dev.mycel.checkpoint.CheckpointFile;
import dev.mycel.checkpoint.Checkpoints;
import dev.mycel.checkpoint.SaveOptions;
import dev.mycel.core.Mycel;
import dev.mycel.core.Random;
import dev.mycel.core.Scope;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

/**
 * How fast checkpoints of one gibibyte are loaded and saved, in turns with the least that moves the
 * same bytes: reading the file into memory that no page was touched of, and writing memory to a
 * file and syncing it. The ratio is that time over ours. Files lie in {@code -Dmycel.bench.folder}
 * or the folder for temporary files.
 */
final class CheckpointSpeed {
  private static final int TENSORS = 64;
  private static final Shape SHAPE = Shape.of(1024, 4096);
  private static final long PIECE = 1L << 20;
  private static final String INSPECT = "checkpoint-inspect";
  private static final String CHILD = "checkpoint-inspect-child";
  private static final String FILE = "mycel.bench.file";

  private CheckpointSpeed() {}

  static List<String> names() {
    return List.of(
        "checkpoint-load-ckpt",
        "checkpoint-load-ckpt-crc",
        "checkpoint-load-safetensors",
        "checkpoint-save-ckpt",
        "checkpoint-save-ckpt-crc",
        "checkpoint-save-safetensors",
        INSPECT);
  }

  static boolean has(String workload) {
    return names().contains(workload) || workload.equals(CHILD);
  }

  static String run(Arguments given) throws IOException, InterruptedException {
    if (given.workload().equals(CHILD)) {
      return inspect(Path.of(Objects.requireNonNull(System.getProperty(FILE))));
    }
    Path folder =
        Files.createTempDirectory(
            Path.of(System.getProperty("mycel.bench.folder", System.getProperty("java.io.tmpdir"))),
            "mycel-bench");
    try {
      int rounds = given.repeat() > 0 ? given.repeat() : 5;
      if (given.workload().equals(INSPECT)) {
        Path file = save("safetensors", model(), folder.resolve("model"));
        return inspectInProcesses(file, rounds);
      }
      String kind = given.workload().substring("checkpoint-load-".length());
      return given.workload().startsWith("checkpoint-load-")
          ? loading(given.workload(), kind, folder, rounds)
          : saving(given.workload(), kind, folder, rounds);
    } finally {
      try (var files = Files.list(folder)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(folder);
    }
  }

  private static Map<String, Tensor> model() {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (int i = 0; i < TENSORS; i++) {
      tensors.put("layers." + i + ".weight", Random.uniform(SHAPE, 0, 1));
    }
    return tensors;
  }

  private static Path save(String kind, Map<String, Tensor> tensors, Path file) {
    return kind.equals("safetensors")
        ? Checkpoints.saveSafetensors(tensors, file)
        : Checkpoints.saveCheckpoint(
            tensors, file, SaveOptions.defaults().crcCheck(kind.equals("ckpt-crc")));
  }

  // ---- loading ----------------------------------------------------------------------------------

  private static String loading(String workload, String kind, Path folder, int rounds)
      throws IOException {
    Path file;
    try (Scope scope = Scope.open()) {
      file = save(kind, model(), folder.resolve("model"));
    }
    Mycel.trimMemory();
    copy(file); // the page cache has it now
    Times ours = new Times(rounds);
    Times copies = new Times(rounds);
    double peak = 0;
    for (int i = -1; i < rounds; i++) {
      double our = load(file);
      peak = i < 0 ? Machine.peakMiB() : peak;
      double copied = copy(file);
      if (i >= 0) {
        ours.seconds[i] = our;
        copies.seconds[i] = copied;
      }
    }
    return ours.json(workload, copies, peak);
  }

  /** Seconds to open a file and to load every tensor, into memory that the pool has to ask for. */
  private static double load(Path file) {
    double seconds;
    try (Scope scope = Scope.open()) {
      long start = System.nanoTime();
      try (CheckpointFile opened = Checkpoints.open(file)) {
        List<Tensor> all = new ArrayList<>();
        opened.entries().forEach(e -> all.add(opened.tensor(e.name())));
        Workloads.result = all.size();
      }
      seconds = (System.nanoTime() - start) / 1e9;
    }
    Mycel.trimMemory();
    return seconds;
  }

  /** Seconds to read the file into memory that was not touched before. */
  private static double copy(Path file) throws IOException {
    long start = System.nanoTime();
    Pointer memory;
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long size = channel.size();
      memory = Pointer.malloc(size);
      for (long at = 0; at < size; at += PIECE) {
        ByteBuffer piece = view(memory, at, Math.min(PIECE, size - at));
        while (piece.hasRemaining()) {
          if (channel.read(piece, at + piece.position()) < 0) {
            throw new IOException("the file became shorter");
          }
        }
      }
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    Pointer.free(memory);
    return seconds;
  }

  private static ByteBuffer view(Pointer memory, long at, long bytes) {
    return new BytePointer(memory).getPointer(at).capacity(bytes).limit(bytes).asByteBuffer();
  }

  // ---- saving -----------------------------------------------------------------------------------

  private static String saving(String workload, String kind, Path folder, int rounds)
      throws IOException {
    Map<String, Tensor> tensors = model();
    long bytes = TENSORS * SHAPE.size() * Float.BYTES;
    Times ours = new Times(rounds);
    Times copies = new Times(rounds);
    double peak = 0;
    Pointer memory = Pointer.malloc(bytes);
    for (int i = -1; i < rounds; i++) {
      long start = System.nanoTime();
      Path file = save(kind, tensors, folder.resolve("model"));
      double our = (System.nanoTime() - start) / 1e9;
      Files.delete(file);
      if (i < 0) {
        peak = Machine.peakMiB();
        Pointer.memset(memory, 1, bytes);
      }
      double written = write(memory, bytes, folder.resolve("copy"));
      if (i >= 0) {
        ours.seconds[i] = our;
        copies.seconds[i] = written;
      }
    }
    Pointer.free(memory);
    return ours.json(workload, copies, peak);
  }

  /** Seconds to write memory to a new file and to sync it. */
  private static double write(Pointer memory, long bytes, Path file) throws IOException {
    long start = System.nanoTime();
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (long at = 0; at < bytes; at += PIECE) {
        ByteBuffer piece = view(memory, at, Math.min(PIECE, bytes - at));
        while (piece.hasRemaining()) {
          channel.write(piece);
        }
      }
      channel.force(true);
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    Files.delete(file);
    return seconds;
  }

  // ---- looking into a file ----------------------------------------------------------------------

  /** What a fresh process takes to open a file and to list what is in it. */
  private static String inspect(Path file) {
    long start = System.nanoTime();
    long bytes = 0;
    try (CheckpointFile opened = Checkpoints.open(file)) {
      for (var entry : opened.entries()) {
        bytes += entry.bytes();
      }
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    return String.format(Locale.ROOT, "%.6f %.1f %d", seconds, Machine.peakMiB(), bytes);
  }

  private static String inspectInProcesses(Path file, int rounds)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(Versus.java());
    command.add(1, "-D" + FILE + "=" + file);
    command.addAll(List.of("--workload", CHILD));
    Times ours = new Times(rounds);
    double peak = 0;
    for (int i = -1; i < rounds; i++) {
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      try (BufferedReader lines =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
        String line = lines.readLine();
        if (process.waitFor() != 0 || line == null) {
          throw new IOException("the process ended without a line");
        }
        String[] told = line.split(" ", -1);
        if (i >= 0) {
          ours.seconds[i] = Double.parseDouble(told[0]);
          peak = Math.max(peak, Double.parseDouble(told[1]));
        }
      }
    }
    return String.format(
        Locale.ROOT,
        "{\"peer\": \"mycel\", \"workload\": \"%s\", \"n\": %d, \"median_ms\": %.1f, \"max_ms\": %.1f,"
            + " \"peak_mb\": %.1f}",
        INSPECT,
        rounds,
        ours.median() * 1e3,
        ours.sorted()[rounds - 1] * 1e3,
        peak);
  }

  // ---- numbers ----------------------------------------------------------------------------------

  private record Times(double[] seconds) {
    Times(int rounds) {
      this(new double[rounds]);
    }

    double[] sorted() {
      double[] sorted = seconds.clone();
      Arrays.sort(sorted);
      return sorted;
    }

    double median() {
      return sorted()[seconds.length / 2];
    }

    String json(String workload, Times copies, double peak) {
      Times ratios = new Times(seconds.length);
      Arrays.setAll(ratios.seconds, i -> copies.seconds[i] / seconds[i]);
      double gigabytes = TENSORS * SHAPE.size() * Float.BYTES / 1e9;
      return String.format(
          Locale.ROOT,
          "{\"peer\": \"copy\", \"workload\": \"%s\", \"n\": %d, \"median_ms\": %.0f, \"peer_ms\": %.0f,"
              + " \"gb_per_s\": %.2f, \"peer_gb_per_s\": %.2f, \"ratio\": %.2f, \"least_ratio\": %.2f,"
              + " \"greatest_ratio\": %.2f, \"peak_mb\": %.0f}",
          workload,
          seconds.length,
          median() * 1e3,
          copies.median() * 1e3,
          gigabytes / median(),
          gigabytes / copies.median(),
          ratios.median(),
          ratios.sorted()[0],
          ratios.sorted()[seconds.length - 1],
          peak);
    }
  }
}
