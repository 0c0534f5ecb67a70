package dev.mycel.checkpoint;

import dev.mycel.core.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;

/** An open file of one array, whose entry has the name of a bare tensor in PyTorch's files. */
final class NpyFile extends CheckpointFile {
  static final String ENTRY = "tensor";

  private final Trailer.Content file;
  private final NumpyHeader header;

  private NpyFile(Path path, Trailer.Content file, NumpyHeader header) {
    super(path, NumpyFormat.NAME, Map.of(), List.of(header.entry(ENTRY)));
    this.file = file;
    this.header = header;
  }

  static NpyFile open(Path path, Limits limits) throws IOException {
    FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
    boolean done = false;
    try {
      Trailer.Content file = new Trailer.Content(channel, channel.size());
      NpyFile opened = new NpyFile(path, file, header(path, file, limits));
      done = true;
      return opened;
    } finally {
      if (!done) {
        channel.close();
      }
    }
  }

  private static NumpyHeader header(Path path, Trailer.Content content, Limits limits)
      throws IOException {
    Problems problems = new Problems(FileFormats.OP, path);
    NumpyHeader.Input in =
        new NumpyHeader.Input() {
          private long position;

          @Override
          public void read(ByteBuffer into) throws IOException {
            int bytes = into.remaining();
            content.read(into, position);
            position += bytes;
          }
        };
    NumpyHeader header =
        NumpyHeader.read(in, content.size(), limits.headerBytes, limits, problems::at);
    new LimitCheck(limits, problems).add(ENTRY, 0, header.content());
    return header;
  }

  @Override
  Tensor load(CheckpointEntry entry, boolean raw) throws IOException {
    StoredType type = header.type().stored();
    if (type == null && !raw) {
      throw unloadable(entry);
    }
    StoredTensors.Content bytes = StoredTensors.at(file, header.length(), header.content());
    return raw || type == null
        ? StoredTensors.bytes(this, entry, header.length(), header.bytes(bytes))
        : StoredTensors.load(this, entry, type, header.length(), header.elements(bytes));
  }

  @Override
  void release() throws IOException {
    file.channel().close();
  }
}
