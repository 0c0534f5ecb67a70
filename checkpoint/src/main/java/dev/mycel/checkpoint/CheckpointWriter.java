package dev.mycel.checkpoint;

import dev.mycel.core.Interpreters;
import dev.mycel.core.RootInterpreter;
import dev.mycel.core.Tensor;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.zip.CRC32;

/** Writes what was collected as one file of MindSpore's format. */
final class CheckpointWriter {
  static final String SUFFIX = ".ckpt";

  static final String OP = "saveCheckpoint";

  private CheckpointWriter() {}

  /** Writes a file, after a save in the background has ended. */
  static Path write(Items items, Path file, SaveOptions options) {
    List<Item> all = complete(items, options);
    Path target = AtomicFile.withSuffix(OP, file, SUFFIX);
    BackgroundSaves.await();
    write(all, target, options);
    return target;
  }

  /** Writes a file in the background, with the values that were collected. */
  static CompletableFuture<Path> writeInBackground(Items items, Path file, SaveOptions options) {
    List<Item> all = complete(items, options);
    Path target = AtomicFile.withSuffix(OP, file, SUFFIX);
    List<Item> held = held(all);
    boolean started = false;
    try {
      CompletableFuture<Path> result =
          BackgroundSaves.start(target, () -> writeAndRelease(held, target, options));
      started = true;
      return result;
    } finally {
      if (!started) {
        release(held);
      }
    }
  }

  private static void writeAndRelease(List<Item> held, Path target, SaveOptions options) {
    try {
      write(held, target, options);
    } finally {
      release(held);
    }
  }

  private static List<Item> complete(Items items, SaveOptions options) {
    items.addAll(options.append, name -> true);
    return items.all();
  }

  /**
   * The same entries with claims of their own on the memory: variables that are written in the
   * meantime get other memory, and scopes that end leave this alone.
   */
  private static List<Item> held(List<Item> items) {
    RootInterpreter root = Interpreters.root();
    List<Item> held = new ArrayList<>(items.size());
    boolean done = false;
    try {
      for (Item item : items) {
        if (item instanceof Item.Numbers numbers) {
          Tensor claim = root.retain(numbers.tensor());
          held.add(new Item.Numbers(numbers.name(), claim));
        } else {
          held.add(item);
        }
      }
      done = true;
      return held;
    } finally {
      if (!done) {
        release(held);
      }
    }
  }

  private static void release(List<Item> held) {
    for (Item item : held) {
      if (item instanceof Item.Numbers numbers) {
        Interpreters.root().drop(numbers.tensor());
      }
    }
  }

  private static void write(List<Item> items, Path target, SaveOptions options) {
    AtomicFile.write(new Problems(OP, target), target, out -> write(items, out, options));
  }

  private static void write(List<Item> items, PieceStream.ToFile out, SaveOptions options)
      throws IOException {
    Encryption encryption = options.encryption;
    if (encryption != null) {
      EncryptingStream encrypted = new EncryptingStream(out, encryption);
      records(items, encrypted);
      encrypted.finish();
    } else if (options.crcCheck) {
      CRC32 crc = new CRC32();
      records(items, PieceStream.checked(out, crc));
      Trailer.write(out, crc.getValue());
    } else {
      records(items, out);
    }
  }

  private static void records(List<Item> items, OutputStream out) throws IOException {
    new RecordWriter(out).write(items);
  }
}
