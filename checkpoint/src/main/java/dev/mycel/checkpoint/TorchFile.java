package dev.mycel.checkpoint;

import dev.mycel.core.Tensor;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** An open file of PyTorch's. */
final class TorchFile extends CheckpointFile {
  private final FileChannel channel;
  private final Contents contents;

  /**
   * What a file holds.
   *
   * @param texts values that are no tensors, by name
   * @param storages where the tensors' storages lie, by key
   * @param order the order of the bytes of each element
   */
  record Contents(
      Map<String, PickleValue.View> tensors,
      Map<String, String> texts,
      Map<String, TorchStorage> storages,
      ByteOrder order) {}

  TorchFile(Path path, FileChannel channel, Contents contents) {
    super(path, TorchFormat.NAME, contents.texts(), entries(contents));
    this.channel = channel;
    this.contents = contents;
  }

  private static List<CheckpointEntry> entries(Contents contents) {
    List<CheckpointEntry> entries = new ArrayList<>();
    contents
        .tensors()
        .forEach(
            (name, view) ->
                entries.add(
                    new CheckpointEntry(
                        name,
                        view.type().torchName(),
                        view.type().stored().loaded(),
                        view.shape(),
                        view.bytes())));
    return entries;
  }

  @Override
  Tensor load(CheckpointEntry entry, boolean raw) throws IOException {
    PickleValue.View view = view(entry);
    long offset = storage(view).offset();
    if (raw) {
      return StoredTensors.bytes(this, entry, offset, content(entry));
    }
    if (!entry.isLoadable()) {
      throw unloadable(entry);
    }
    return StoredTensors.load(this, entry, view.type().stored(), offset, content(entry));
  }

  /** The bytes of an entry, which may be one that makes no tensor. */
  StoredTensors.Content content(CheckpointEntry entry) throws IOException {
    PickleValue.View view = view(entry);
    return TorchContent.of(view, storage(view), contents.order());
  }

  private PickleValue.View view(CheckpointEntry entry) {
    PickleValue.View view = contents.tensors().get(entry.name());
    if (view == null) {
      throw new IllegalStateException("checkpoint: no entry " + entry.name());
    }
    return view;
  }

  private TorchStorage storage(PickleValue.View view) {
    TorchStorage storage = contents.storages().get(view.storage().key());
    if (storage == null) {
      throw new IllegalStateException("checkpoint: no storage " + view.storage().key());
    }
    return storage;
  }

  @Override
  void release() throws IOException {
    channel.close();
  }
}
