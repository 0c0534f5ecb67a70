package dev.mycel.checkpoint;

import dev.mycel.core.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A set of files of safetensors and the JSON that says which tensor lies in which, as the hub of
 * Hugging Face stores large models: {@code model.safetensors.index.json}. What the index does not
 * list is not part of the set.
 */
final class SafetensorsIndexFormat implements FileFormat {
  private static final String MAP = "weight_map";

  @Override
  public String name() {
    return SafetensorsFormat.NAME;
  }

  @Override
  public String beginning() {
    return "an index of several such files: JSON with " + MAP;
  }

  @Override
  public String ending() {
    return ".safetensors.index.json";
  }

  @Override
  public boolean matches(byte[] head, Path file) {
    int at = 1;
    while (at < head.length && isSpace(head[at])) {
      at++;
    }
    return at < head.length && head[0] == '{' && head[at] == '"';
  }

  private static boolean isSpace(byte b) {
    return b == ' ' || b == '\t' || b == '\n' || b == '\r';
  }

  @Override
  public CheckpointFile open(Path file, Limits limits) throws IOException {
    Problems problems = new Problems(FileFormats.OP, file);
    Index index = Index.read(file, limits, problems);
    Map<String, CheckpointFile> shards = new LinkedHashMap<>();
    boolean done = false;
    try {
      for (String name : index.files.values()) {
        if (!shards.containsKey(name)) {
          shards.put(name, shard(file, name, limits, problems));
        }
      }
      CheckpointFile opened = Opened.of(file, index, shards, limits, problems);
      done = true;
      return opened;
    } finally {
      if (!done) {
        closeAll(shards.values());
      }
    }
  }

  /** A file beside the index; links are followed, because the hub's cache is made of them. */
  private static CheckpointFile shard(Path index, String name, Limits limits, Problems problems)
      throws IOException {
    Path path = beside(index, name);
    if (path == null) {
      throw problems.of(
          "the index names '" + Problems.shortened(name) + "', which is no file beside it",
          "files of a set lie in the folder of the index and are named without a path");
    }
    if (Files.isDirectory(path)) {
      throw problems.of("the index names the folder " + name, "it must name files");
    }
    try {
      return SafetensorsFile.open(path, limits);
    } catch (NoSuchFileException e) {
      throw problems.io(e, "a file of the set is missing", "copy " + name + " beside the index");
    }
  }

  private static @Nullable Path beside(Path index, String name) {
    if (name.isEmpty() || name.equals(".") || name.equals("..")) {
      return null;
    }
    for (int i = 0; i < name.length(); i++) {
      if ("/\\:".indexOf(name.charAt(i)) >= 0 || name.charAt(i) < ' ') {
        return null;
      }
    }
    try {
      Path path = index.resolveSibling(name);
      Path last = path.getFileName();
      return last != null && last.toString().equals(name) ? path : null;
    } catch (InvalidPathException e) {
      return null;
    }
  }

  private static void closeAll(Iterable<CheckpointFile> files) {
    for (CheckpointFile file : files) {
      file.close();
    }
  }

  /** What stands in the index: files by name of tensor. */
  private record Index(Map<String, String> metadata, Map<String, String> files) {
    static Index read(Path file, Limits limits, Problems problems) throws IOException {
      byte[] bytes;
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
        long size = channel.size();
        if (size > Math.min(limits.headerBytes, StoredTensors.MOST_ELEMENTS)) {
          throw problems.of(
              "the index has " + size + " bytes, " + limits.headerBytes + " are allowed",
              "if it shall be so long, raise Limits.headerBytes");
        }
        bytes = new byte[(int) size];
        new Trailer.Content(channel, size).read(ByteBuffer.wrap(bytes), 0);
      }
      return new Parser(bytes, limits, problems).index();
    }
  }

  private static final class Parser {
    private final StrictJson json;
    private final LimitCheck limit;
    private final Map<String, String> metadata = new LinkedHashMap<>();
    private @Nullable Map<String, String> files;

    Parser(byte[] bytes, Limits limits, Problems problems) {
      json = new StrictJson(bytes, 0, limits.depth, problems);
      limit = new LimitCheck(limits, problems);
    }

    Index index() throws IOException {
      json.document(this::member);
      if (files == null) {
        throw json.damaged("the JSON has no " + MAP + ", so it is no index of safetensors");
      }
      return new Index(metadata, files);
    }

    private void member(String name) throws IOException {
      switch (name) {
        case "metadata" -> json.object(name, key -> metadata.put(key, json.scalar()));
        case MAP -> {
          Map<String, String> read = new LinkedHashMap<>();
          json.object(
              name,
              tensor -> {
                limit.add(tensor, 0, 0);
                read.put(tensor, json.text("the file of '" + Problems.shortened(tensor) + "'"));
              });
          files = read;
        }
        default -> json.skip();
      }
    }
  }

  private static final class Opened extends CheckpointFile {
    private final Map<String, String> fileOf;
    private final Map<String, CheckpointFile> shards;

    private Opened(
        Path path,
        Map<String, String> metadata,
        List<CheckpointEntry> entries,
        Map<String, String> fileOf,
        Map<String, CheckpointFile> shards) {
      super(path, SafetensorsFormat.NAME, metadata, entries);
      this.fileOf = fileOf;
      this.shards = shards;
    }

    /** The texts of the index come before those of its files. */
    static Opened of(
        Path path,
        Index index,
        Map<String, CheckpointFile> shards,
        Limits limits,
        Problems problems) {
      Map<String, Map<String, CheckpointEntry>> byShard = new LinkedHashMap<>();
      Map<String, String> metadata = new LinkedHashMap<>(index.metadata);
      shards.forEach(
          (name, file) -> {
            Map<String, CheckpointEntry> entries = new LinkedHashMap<>();
            file.entries().forEach(e -> entries.put(e.name(), e));
            byShard.put(name, entries);
            file.metadata().forEach(metadata::putIfAbsent);
          });
      LimitCheck limit = new LimitCheck(limits, problems);
      List<CheckpointEntry> entries = new ArrayList<>();
      index.files.forEach(
          (tensor, name) -> {
            CheckpointEntry entry = byShard.getOrDefault(name, Map.of()).get(tensor);
            if (entry == null) {
              throw problems.entry(
                  tensor,
                  0,
                  "the index names " + name + ", which has no such entry",
                  "copy the set" + " again: its files do not belong together");
            }
            limit.add(tensor, 0, entry.bytes());
            entries.add(entry);
          });
      return new Opened(path, metadata, entries, index.files, shards);
    }

    @Override
    Tensor load(CheckpointEntry entry, boolean raw) throws IOException {
      CheckpointFile shard = shards.get(fileOf.get(entry.name()));
      if (shard == null) {
        throw new IllegalStateException("checkpoint: no content of " + entry.name());
      }
      return shard.load(entry, raw);
    }

    @Override
    void release() {
      closeAll(shards.values());
    }
  }
}
