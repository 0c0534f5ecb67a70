package dev.mycel.checkpoint;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The format of {@code torch.save} before version 1.6: pickles of a magic number, the protocol, the
 * system, the value and the storages' keys; then each storage as its number of elements and their
 * bytes, always the lowest first ({@code torch/csrc/generic/serialization.cpp}).
 */
final class TorchLegacy {
  private static final BigInteger MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
  private static final BigInteger PROTOCOL = BigInteger.valueOf(1001);

  private final ByteSource file;
  private final Limits limits;
  private final Problems problems;
  private long position;

  private TorchLegacy(ByteSource file, Limits limits, Problems problems) {
    this.file = file;
    this.limits = limits;
    this.problems = problems;
  }

  static TorchFile.Contents read(ByteSource file, Limits limits, Problems problems)
      throws IOException {
    return new TorchLegacy(file, limits, problems).read();
  }

  private TorchFile.Contents read() throws IOException {
    readHeader();
    PickleInput in = input();
    TorchObjects objects = new TorchObjects(in);
    PickleValue value = new PickleMachine(in, objects, limits).run();
    TorchTree tree = TorchTree.of(value, in, limits);
    TorchSizes.check(tree, in, file.size(), limits);
    position = in.position();
    Map<String, TorchStorage> storages = storages(objects.storages());
    if (position < file.size()) {
      throw problems.damaged(position, "bytes follow the last storage");
    }
    return new TorchFile.Contents(tree.tensors(), tree.texts(), storages, ByteOrder.LITTLE_ENDIAN);
  }

  private PickleInput input() {
    return new PickleInput(file, position, limits.headerBytes, null, problems);
  }

  /** A pickle that names nothing. */
  private PickleValue plain() throws IOException {
    PickleInput in = input();
    PickleValue value = new PickleMachine(in, new TorchObjects(in), limits).run();
    position = in.position();
    return value;
  }

  private void readHeader() throws IOException {
    long at = position;
    if (!(plain() instanceof PickleValue.Int magic) || !magic.value().equals(MAGIC)) {
      throw problems.damaged(at, "the magic number of torch.save is not there");
    }
    at = position;
    if (!(plain() instanceof PickleValue.Int protocol) || !protocol.value().equals(PROTOCOL)) {
      throw problems.damaged(at, "the protocol of torch.save is not 1001");
    }
    at = position;
    if (!(plain() instanceof PickleValue.Dict)) {
      throw problems.damaged(at, "the description of the system is no dict");
    }
  }

  private Map<String, TorchStorage> storages(Map<String, PickleValue.Storage> named)
      throws IOException {
    long at = position;
    PickleValue keys = plain();
    if (!(keys instanceof PickleValue.Items list) || !list.is(PickleValue.Items.Kind.LIST)) {
      throw problems.damaged(at, "the keys of the storages are " + keys.kind());
    }
    Map<String, TorchStorage> storages = new LinkedHashMap<>();
    for (PickleValue item : list.items()) {
      PickleValue.Storage storage =
          item instanceof PickleValue.Text key ? named.get(key.text()) : null;
      if (storage == null) {
        throw problems.damaged(at, "a key of a storage is not named by a tensor");
      }
      if (storages.put(storage.key(), next(storage)) != null) {
        throw problems.damaged(at, "storage " + storage.key() + " is there twice");
      }
    }
    for (String key : named.keySet()) {
      if (!storages.containsKey(key)) {
        throw problems.damaged(at, "a tensor names storage " + key + ", which is not there");
      }
    }
    return storages;
  }

  private TorchStorage next(PickleValue.Storage storage) throws IOException {
    long at = position;
    if (file.size() - at < Long.BYTES) {
      throw problems.damaged(at, "the file ends before storage " + storage.key());
    }
    ByteBuffer count = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    file.read(count, at);
    if (count.getLong(0) != storage.count()) {
      throw problems.damaged(
          at,
          "storage "
              + storage.key()
              + " has "
              + count.getLong(0)
              + " elements, the pickle says "
              + storage.count());
    }
    long start = at + Long.BYTES;
    if (storage.bytes() > file.size() - start) {
      throw problems.damaged(
          at,
          "storage "
              + storage.key()
              + " has "
              + storage.bytes()
              + " bytes, the file has "
              + (file.size() - start)
              + " left");
    }
    position = start + storage.bytes();
    return new TorchStorage.Plain(storage.key(), start, file.slice(start, storage.bytes()));
  }
}
