package dev.mycel.checkpoint;

import dev.mycel.core.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** An open file of safetensors. */
final class SafetensorsFile extends CheckpointFile {
  private final MappedFile file;
  private final Map<String, SafetensorsHeader.Located> located = new LinkedHashMap<>();

  private SafetensorsFile(Path path, MappedFile file, SafetensorsHeader.Content content) {
    super(
        path,
        SafetensorsFormat.NAME,
        content.metadata(),
        content.entries().stream().map(SafetensorsHeader.Located::entry).toList());
    this.file = file;
    content.entries().forEach(e -> located.put(e.entry().name(), e));
  }

  static SafetensorsFile open(Path path, Limits limits) throws IOException {
    MappedFile file = MappedFile.open(path);
    boolean done = false;
    try {
      Problems problems = new Problems(FileFormats.OP, path);
      SafetensorsFile opened =
          new SafetensorsFile(path, file, SafetensorsHeader.read(file.content(), limits, problems));
      done = true;
      return opened;
    } finally {
      if (!done) {
        file.close();
      }
    }
  }

  @Override
  Tensor load(CheckpointEntry entry) throws IOException {
    SafetensorsHeader.Located at = located.get(entry.name());
    if (at == null) {
      throw new IllegalStateException("checkpoint: no content of " + entry.name());
    }
    try {
      return StoredTensors.load(
          this, entry, at.type(), at.offset(), file.at(at.offset(), entry.bytes()));
    } catch (InternalError e) { // what the JVM makes of a page that is gone
      throw new IOException("the file became shorter while it was read", e);
    }
  }

  @Override
  void release() throws IOException {
    file.close();
  }
}
