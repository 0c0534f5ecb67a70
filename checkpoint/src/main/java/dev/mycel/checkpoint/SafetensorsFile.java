package dev.mycel.checkpoint;

import dev.mycel.core.Tensor;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;

/** An open file of safetensors. */
final class SafetensorsFile extends CheckpointFile {
  private final Trailer.Content file;
  private final Map<String, SafetensorsHeader.Located> located = new LinkedHashMap<>();

  private SafetensorsFile(Path path, Trailer.Content file, SafetensorsHeader.Content content) {
    super(
        path,
        SafetensorsFormat.NAME,
        content.metadata(),
        content.entries().stream().map(SafetensorsHeader.Located::entry).toList());
    this.file = file;
    content.entries().forEach(e -> located.put(e.entry().name(), e));
  }

  static SafetensorsFile open(Path path, Limits limits) throws IOException {
    FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
    boolean done = false;
    try {
      Problems problems = new Problems(FileFormats.OP, path);
      Trailer.Content file = new Trailer.Content(channel, channel.size());
      SafetensorsFile opened =
          new SafetensorsFile(path, file, SafetensorsHeader.read(file, limits, problems));
      done = true;
      return opened;
    } finally {
      if (!done) {
        channel.close();
      }
    }
  }

  @Override
  Tensor load(CheckpointEntry entry, boolean raw) throws IOException {
    SafetensorsHeader.Located at = located.get(entry.name());
    if (at == null) {
      throw new IllegalStateException("checkpoint: no content of " + entry.name());
    }
    StoredTensors.Content content = StoredTensors.at(file, at.offset(), entry.bytes());
    return raw
        ? StoredTensors.bytes(this, entry, at.offset(), content)
        : StoredTensors.load(this, entry, at.type(), at.offset(), content);
  }

  @Override
  void release() throws IOException {
    file.channel().close();
  }
}
