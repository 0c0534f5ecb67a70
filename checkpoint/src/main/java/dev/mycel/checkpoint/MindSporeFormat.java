package dev.mycel.checkpoint;

import com.google.protobuf.WireFormat;
import dev.mycel.checkpoint.proto.Checkpoint;
import dev.mycel.core.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** MindSpore's {@code .ckpt}. */
final class MindSporeFormat implements FileFormat {
  private static final int RECORD =
      (Checkpoint.VALUE_FIELD_NUMBER << 3) | WireFormat.WIRETYPE_LENGTH_DELIMITED;

  @Override
  public String name() {
    return "mindspore";
  }

  @Override
  public String beginning() {
    return "protobuf messages";
  }

  @Override
  public String ending() {
    return ".ckpt";
  }

  /** A record begins with its length, and the record with its name or its value. */
  @Override
  public boolean matches(byte[] head, Path file) {
    if (head.length >= Integer.BYTES
        && CipherBlock.mode(ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN).getInt(0))
            != null) {
      return true;
    }
    if (head.length < 3 || head[0] != RECORD) {
      return false;
    }
    int at = 1;
    while (at < head.length && head[at] < 0) {
      at++;
    }
    int field = at + 1 < head.length ? head[at + 1] : 0;
    return at <= 10
        && at < head.length
        && head[at] != 0
        && (field >>> 3) >= Checkpoint.Value.TAG_FIELD_NUMBER
        && (field >>> 3) <= Checkpoint.Value.MAPTENSOR_FIELD_NUMBER
        && (field & 7) == WireFormat.WIRETYPE_LENGTH_DELIMITED;
  }

  @Override
  public CheckpointFile open(Path file, Limits limits) throws IOException {
    return open(file, limits, null);
  }

  @Override
  public CheckpointFile open(Path file, Limits limits, @Nullable Encryption encryption)
      throws IOException {
    Problems problems = new Problems(FileFormats.OP, file);
    FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
    boolean done = false;
    try {
      Trailer.Content content = new Trailer.Content(channel, channel.size());
      CheckpointFile opened = opened(file, content, limits, encryption, problems);
      done = true;
      return opened;
    } finally {
      if (!done) {
        channel.close();
      }
    }
  }

  private CheckpointFile opened(
      Path file,
      Trailer.Content content,
      Limits limits,
      @Nullable Encryption encryption,
      Problems problems)
      throws IOException {
    CheckpointReader reader = CheckpointReader.of(content, encryption, problems);
    Map<String, Stored> tensors = new LinkedHashMap<>();
    Map<String, String> texts = new LinkedHashMap<>();
    List<CheckpointEntry> entries = new ArrayList<>();
    LimitCheck check = new LimitCheck(limits, problems);
    for (Stored stored : reader.index(LoadOptions.defaults())) {
      check.add(stored.name(), stored.offset(), stored.bytes());
      if (stored.type().equals(ElementType.TEXT)) {
        reader.check(stored);
        texts.put(stored.name(), reader.text(stored));
      } else if (!stored.type().equals(ElementType.RANDOM_OP)) {
        tensors.put(stored.name(), stored);
        entries.add(reader.entry(stored));
      }
    }
    return new Opened(file, texts, entries, reader, tensors, content.channel());
  }

  private static final class Opened extends CheckpointFile {
    private final CheckpointReader reader;
    private final Map<String, Stored> tensors;
    private final FileChannel channel;

    Opened(
        Path file,
        Map<String, String> texts,
        List<CheckpointEntry> entries,
        CheckpointReader reader,
        Map<String, Stored> tensors,
        FileChannel channel) {
      super(file, "mindspore", texts, entries);
      this.reader = reader;
      this.tensors = tensors;
      this.channel = channel;
    }

    @Override
    Tensor load(CheckpointEntry entry, boolean raw) throws IOException {
      Stored stored = tensors.get(entry.name());
      if (stored == null) {
        throw new IllegalStateException("checkpoint: no content of " + entry.name());
      }
      if (raw) {
        return StoredTensors.bytes(this, entry, stored.offset(), reader.bytes(stored));
      }
      reader.check(stored);
      return reader.tensor(stored);
    }

    @Override
    void release() throws IOException {
      channel.close();
    }
  }
}
