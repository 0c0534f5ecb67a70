package dev.mycel.checkpoint;

import dev.mycel.core.Tensor;
import dev.mycel.nn.Parameter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * An open checkpoint of any format, from {@link Checkpoints#open(Path)}: it knows what is in the
 * file and reads contents when they are asked for. Tensors that were loaded do not depend on it and
 * outlive it.
 *
 * <pre>{@code
 * try (CheckpointFile file = Checkpoints.open(Path.of("model.safetensors"))) {
 *   file.entries().forEach(System.out::println);
 *   Tensor weight = file.tensor("fc.weight");
 * }
 * }</pre>
 *
 * <p>Several threads may use one at a time, but not while one of them closes it.
 */
public abstract class CheckpointFile implements AutoCloseable {
  private final Path path;
  private final String format;
  private final Map<String, String> metadata;
  private final Map<String, CheckpointEntry> byName = new LinkedHashMap<>();
  private volatile boolean closed;

  /** The names of the entries differ. */
  CheckpointFile(
      Path path, String format, Map<String, String> metadata, List<CheckpointEntry> entries) {
    this.path = path;
    this.format = format;
    this.metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
    for (CheckpointEntry entry : entries) {
      if (byName.put(entry.name(), entry) != null) {
        throw problems().of("two entries are called '" + entry.name() + "'", "save it again");
      }
    }
  }

  /** The file that was opened. */
  public final Path path() {
    return path;
  }

  /** The format: {@code mindspore}, {@code safetensors}, {@code pytorch} or {@code numpy}. */
  public final String format() {
    return format;
  }

  /** Texts that the file holds beside its tensors, by name; empty if the format has none. */
  public final Map<String, String> metadata() {
    return metadata;
  }

  /** The tensors of the file in its order; nothing is loaded. */
  public final List<CheckpointEntry> entries() {
    return List.copyOf(byName.values());
  }

  /**
   * Loads one tensor.
   *
   * @param name the name of an entry
   * @return a tensor of the entry's shape and {@link CheckpointEntry#dtype}
   * @throws CheckpointException if there is no such entry, if its type cannot be loaded, or if the
   *     content is damaged
   */
  public final Tensor tensor(String name) {
    return read(name, false);
  }

  /**
   * Loads the bytes of one entry, whatever its type: a way to what {@link #tensor} refuses, such as
   * complex numbers, or unsigned ones beyond int64.
   *
   * @param name the name of an entry
   * @return uint8 {@code [bytes]}: the elements in row-major order, each in the byte order of the
   *     file; those of a type that only NumPy has as they lie in the file
   * @throws CheckpointException if there is no such entry, if it has more than 2^31 bytes, or if
   *     the content is damaged
   */
  public final Tensor bytes(String name) {
    return read(name, true);
  }

  private Tensor read(String name, boolean raw) {
    checkOpen();
    CheckpointEntry entry = byName.get(name);
    if (entry == null) {
      throw problems()
          .of(
              "there is no entry '" + Problems.shortened(name) + "'",
              "entries() lists those that are there");
    }
    try {
      return load(entry, raw);
    } catch (IOException e) {
      throw problems()
          .io(
              e,
              "the content of '" + Problems.shortened(name) + "' cannot be read",
              "check the file and the disk");
    }
  }

  /** Loads all tensors as {@link Checkpoints#loadCheckpoint(Path)} does, with the texts. */
  public final LoadedParameters toParameters() {
    return toParameters(name -> true);
  }

  /**
   * Loads the tensors whose name passes.
   *
   * @throws CheckpointException if one of them cannot be loaded; nothing is kept then
   */
  public final LoadedParameters toParameters(Predicate<String> choice) {
    checkOpen();
    List<CheckpointEntry> chosen =
        byName.values().stream().filter(e -> choice.test(e.name())).toList();
    chosen.forEach(this::checkParameter);
    Map<String, Parameter> parameters = new LinkedHashMap<>();
    for (CheckpointEntry entry : chosen) {
      try (Tensor tensor = tensor(entry.name())) {
        parameters.put(entry.name(), new Parameter(tensor, entry.name()));
      }
    }
    return new LoadedParameters(parameters, metadata);
  }

  private void checkParameter(CheckpointEntry entry) {
    if (!entry.isLoadable()) {
      throw unloadable(entry);
    }
    if (entry.name().length() > Items.LONGEST_NAME) {
      throw problems()
          .of(
              "the name '"
                  + Problems.shortened(entry.name())
                  + "' has "
                  + entry.name().length()
                  + " characters, a parameter's has "
                  + Items.LONGEST_NAME
                  + " at most",
              "load it with tensor(name)");
    }
  }

  /** The error for an entry whose type has no counterpart. */
  final CheckpointException unloadable(CheckpointEntry entry) {
    return problems()
        .of(
            "the type "
                + entry.storedType()
                + " of '"
                + Problems.shortened(entry.name())
                + "' is not supported",
            "leave it out: toParameters(name -> !name.equals(...))");
  }

  /**
   * Loads the content of an entry of this file, which may be one that is not loadable.
   *
   * @param raw whether as bytes, by {@link StoredTensors#bytes}
   */
  abstract Tensor load(CheckpointEntry entry, boolean raw) throws IOException;

  /** Gives up what is held open; called once. */
  abstract void release() throws IOException;

  /** Errors about this file. */
  final Problems problems() {
    return new Problems(FileFormats.OP, path);
  }

  private void checkOpen() {
    if (closed) {
      throw problems().of("the file was closed", "load tensors before close()");
    }
  }

  /** Closes the file; a second call does nothing. */
  @Override
  public final void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      release();
    } catch (IOException e) {
      throw problems().io(e, "the file cannot be closed", "check the disk");
    }
  }

  /** For example {@code safetensors model.safetensors, 12 entries}. */
  @Override
  public String toString() {
    return format + " " + path + ", " + byName.size() + " entries";
  }
}
