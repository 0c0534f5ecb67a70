package dev.mycel.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.core.Interpreters;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Changes files at random, and looks at what becomes of them when they are read. */
final class Mutations {
  /** How many changed files of a format are read. */
  static final int COUNT = Integer.getInteger("mycel.mutations", 2_000);

  /** Bytes of the heap that a small file may take, all that is thrown away included. */
  private static final long FREE_BYTES = 64L << 20;

  private static final int BYTES_PER_BYTE = 16;
  private static final long MOST_NANOS = 10_000_000_000L;

  /** What lengths and counts are set to. */
  private static final long[] EXTREMES = {
    0, 1, -1, Long.MAX_VALUE, Long.MIN_VALUE, Integer.MAX_VALUE, Integer.MIN_VALUE, 1L << 32, 0x7fff
  };

  private long mostBytes;
  private long mostNanos;
  private int read;
  private int refused;

  /** Reads a file to its last element. */
  interface Reader {
    /** A description that is the same for the same content. */
    String read(Path file) throws IOException;
  }

  /** Bytes that this thread has asked for since it began. */
  static long allocated() {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    return threads.getCurrentThreadAllocatedBytes();
  }

  /** Random numbers with a seed that is printed. */
  static Random seeded(String what) {
    long seed = Long.getLong("mycel.seed", new Random().nextLong());
    System.out.println("mutations: " + what + ", seed " + seed);
    return new Random(seed);
  }

  /** How many files were read. */
  int read() {
    return read;
  }

  /**
   * Reads a file of those bytes.
   *
   * @param file is written
   * @return what is in it, or null if it was refused, which must name the file
   */
  @Nullable String readOrRefused(Path file, byte[] bytes, Reader reader, String what)
      throws IOException {
    Files.write(file, bytes);
    long before = allocated();
    long start = System.nanoTime();
    String content = null;
    try {
      content = reader.read(file);
      read++;
    } catch (CheckpointException e) {
      refused++;
      String name = String.valueOf(file.getFileName());
      assertTrue(e.getMessage().contains(name), () -> what + ": " + e.getMessage());
      assertTrue(e.getMessage().contains("hint"), () -> what + ": " + e.getMessage());
    } catch (RuntimeException | Error | IOException e) {
      Path kept = Files.createDirectories(Path.of("target/mutations")).resolve(what);
      Files.write(kept, bytes);
      throw new AssertionError(what + ", kept as " + kept, e);
    }
    long nanos = System.nanoTime() - start;
    long taken = allocated() - before;
    mostNanos = Math.max(mostNanos, nanos);
    mostBytes = Math.max(mostBytes, taken);
    assertTrue(nanos < MOST_NANOS, () -> what + " took " + nanos / 1_000_000 + " ms");
    assertTrue(
        taken < FREE_BYTES + BYTES_PER_BYTE * (long) bytes.length,
        () -> what + " took " + taken + " bytes of the heap for a file of " + bytes.length);
    return content;
  }

  /** For example {@code 12 read, 1988 refused, 3 MiB and 41 ms at most}. */
  @Override
  public String toString() {
    return read
        + " read, "
        + refused
        + " refused, "
        + (mostBytes >> 20)
        + " MiB and "
        + mostNanos / 1_000_000
        + " ms at most";
  }

  /** All that is in a file. */
  static String content(Path path) {
    try (CheckpointFile file = Checkpoints.open(path)) {
      return content(file);
    }
  }

  /** All that is in an encrypted file. */
  static String content(Path path, Encryption by) {
    try (CheckpointFile file = Checkpoints.open(path, by)) {
      return content(file);
    }
  }

  private static String content(CheckpointFile file) {
    StringBuilder all = new StringBuilder();
    all.append(file.entries()).append(file.metadata());
    for (CheckpointEntry entry : file.entries()) {
      if (entry.isLoadable()) {
        try (Tensor tensor = file.tensor(entry.name())) {
          assertEquals(entry.dtype(), tensor.dtype());
          assertEquals(Shape.of(entry.shape()), tensor.shape());
          all.append(hash(tensor)).append(' ');
        }
      }
    }
    return all.toString();
  }

  private static int hash(Tensor tensor) {
    Object array = Interpreters.root().toHost(tensor);
    return Arrays.deepHashCode(new Object[] {array});
  }

  // ---- changes ----------------------------------------------------------------------------------

  /** A copy that was changed once, and now and then twice or three times. */
  static byte[] changed(byte[] whole, Random random) {
    byte[] changed = changedOnce(whole, random);
    while (random.nextInt(4) == 0) {
      changed = changedOnce(changed, random);
    }
    return changed;
  }

  private static byte[] changedOnce(byte[] whole, Random random) {
    if (whole.length == 0) {
      return new byte[] {(byte) random.nextInt()};
    }
    byte[] changed = whole.clone();
    int at = random.nextInt(whole.length);
    int length = 1 + random.nextInt(Math.min(16, whole.length - at));
    switch (random.nextInt(10)) {
      case 0 -> changed[at] = (byte) random.nextInt();
      case 1 -> changed[at] ^= (byte) (1 << random.nextInt(8));
      case 2 -> Arrays.fill(changed, at, at + length, (byte) (random.nextBoolean() ? 0 : -1));
      case 3 -> {
        return Arrays.copyOf(whole, at);
      }
      case 4 -> { // a part is gone
        return TorchSamples.cat(
            Arrays.copyOf(whole, at), Arrays.copyOfRange(whole, at + length, whole.length));
      }
      case 5 -> { // a part is there twice
        return TorchSamples.cat(
            Arrays.copyOf(whole, at + length), Arrays.copyOfRange(whole, at, whole.length));
      }
      case 6 -> { // something is put in
        byte[] noise = new byte[length];
        random.nextBytes(noise);
        return TorchSamples.cat(
            Arrays.copyOf(whole, at), noise, Arrays.copyOfRange(whole, at, whole.length));
      }
      case 7 -> swap(changed, at, random.nextInt(whole.length - length + 1), length);
      case 8 -> extreme(changed, at, random);
      default -> digit(changed, at, random);
    }
    return changed;
  }

  /** Two parts change places; if they overlap, one is copied over the other. */
  private static void swap(byte[] bytes, int at, int other, int length) {
    byte[] part = Arrays.copyOfRange(bytes, at, at + length);
    System.arraycopy(bytes, other, bytes, at, length);
    System.arraycopy(part, 0, bytes, other, length);
  }

  /** Sets a field of one, two, four or eight bytes to a value at the end of its range. */
  private static void extreme(byte[] bytes, int at, Random random) {
    long value = EXTREMES[random.nextInt(EXTREMES.length)];
    boolean big = random.nextBoolean();
    int size = 1 << random.nextInt(4);
    byte[] field = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array();
    for (int i = 0; i < size && at + i < bytes.length; i++) {
      bytes[at + i] = field[big ? size - 1 - i : i];
    }
  }

  /** Sets the next digit, which may be one of an extent, to another. */
  private static void digit(byte[] bytes, int from, Random random) {
    for (int i = from; i < bytes.length; i++) {
      if (bytes[i] >= '0' && bytes[i] <= '9') {
        bytes[i] = (byte) ('0' + random.nextInt(10));
        return;
      }
    }
  }
}
