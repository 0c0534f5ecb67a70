package dev.mycel.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.core.DType;
import dev.mycel.core.Mycel;
import dev.mycel.core.Ops;
import dev.mycel.core.Scope;
import dev.mycel.core.Tensor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that are larger than the Java heap, in a process of their own. */
class LargeFileTest {
  private static final long MIB = 1 << 20;

  @TempDir Path folder;

  /** What the child process runs: 96 MiB with a heap of 16 MiB, plain and encrypted. */
  static final class Child {
    private static final int SIDE = 4096;

    /** How many elements are compared at a time, on the heap. */
    private static final int PART = 1 << 16;

    private static final byte[] KEY = new byte[16];

    public static void main(String[] args) {
      Mycel.setBackend("onednn");
      // Twice the parameters, those that are saved and those that are loaded, and a little more.
      Mycel.setMemoryBudget((2 * 96 + 16) * MIB);
      Path folder = Path.of(args[0]);
      Tensor flat = grid(SIDE, SIDE).reshape(-1);
      Tensor strided = grid(SIDE / 2, SIDE).transpose();
      Map<String, Tensor> entries = new LinkedHashMap<>();
      entries.put("flat", flat);
      entries.put("strided", strided);
      Path file =
          Checkpoints.saveCheckpoint(
              entries, folder.resolve("large"), SaveOptions.defaults().crcCheck(true));
      try (CheckpointFile open = Checkpoints.open(file)) {
        compare(open, flat, strided);
      }
      for (Encryption by : List.of(Encryption.aesGcm(KEY), Encryption.aesCbc(KEY))) {
        Path secret =
            Checkpoints.saveCheckpoint(
                entries, folder.resolve("secret"), SaveOptions.defaults().encrypt(by));
        try (CheckpointFile open = Checkpoints.open(secret, by)) {
          compare(open, flat, strided);
        }
      }
      System.out.println("max heap " + Runtime.getRuntime().maxMemory() / MIB + " MiB");
      CompletableFuture<Path> save =
          Checkpoints.saveCheckpointAsync(entries, folder.resolve("exit"), SaveOptions.defaults());
      System.out.println("the end of main, done " + save.isDone());
    }

    private static void compare(CheckpointFile open, Tensor flat, Tensor strided) {
      try (Tensor again = open.tensor("flat");
          Tensor rows = open.tensor("strided")) {
        for (long at = 0; at < again.size(); at += PART) {
          try (Scope scope = Scope.open()) {
            check(again.narrow(0, at, PART).sameAs(flat.narrow(0, at, PART)));
          }
        }
        for (int row = 0; row < SIDE; row += 17) {
          try (Scope scope = Scope.open()) {
            check(rows.narrow(0, row, 1).sameAs(strided.narrow(0, row, 1)));
          }
        }
      }
    }

    /** Different numbers, made outside the Java heap. */
    private static Tensor grid(int rows, int columns) {
      try (Scope scope = Scope.open()) {
        Tensor row = Ops.arange(columns).cast(DType.FLOAT32);
        Tensor column = Ops.arange(rows).cast(DType.FLOAT32).mul(columns).reshape(rows, 1);
        return scope.give(column.add(row));
      }
    }

    private static void check(boolean same) {
      if (!same) {
        throw new AssertionError("a value comes back changed");
      }
    }
  }

  private String run(String... options) throws IOException, InterruptedException {
    String[] command = new String[options.length + 5];
    command[0] = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    System.arraycopy(options, 0, command, 1, options.length);
    command[options.length + 1] = "-cp";
    command[options.length + 2] =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    command[options.length + 3] = Child.class.getName();
    command[options.length + 4] = folder.toString();
    Process child = new ProcessBuilder(command).redirectErrorStream(true).start();
    String out = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, child.waitFor(), out);
    return out;
  }

  @Test
  void aHeapOfSixteenMebibytesSavesAndLoadsNinetySixAndTheExitWaitsForASave() throws Exception {
    String out = run("-Xmx16m", "-XX:MaxDirectMemorySize=16m");
    assertTrue(out.contains("max heap 1"), out);
    assertTrue(out.contains("the end of main, done false"), out);
    Path large = folder.resolve("large.ckpt");
    Path exit = folder.resolve("exit.ckpt");
    assertEquals(Files.size(large) - Trailer.BYTES, Files.size(exit));
    assertTrue(Checkpoints.checkCheckpoint(large) && Checkpoints.checkCheckpoint(exit));
  }
}
