package dev.mycel.checkpoint;

import dev.mycel.core.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An open archive of arrays. Contents are read and not mapped: each goes through its check sum,
 * which is computed in native code, where a page of a map that is gone would end the JVM.
 */
final class NpzFile extends CheckpointFile {
  static final String SUFFIX = ".npz";

  private final FileChannel channel;
  private final ZipDirectory zip;
  private final Map<String, Located> located;

  /** An array and the entry of the archive that it is. */
  private record Located(ZipDirectory.Entry zipped, NumpyHeader header) {}

  private NpzFile(Path path, FileChannel channel, ZipDirectory zip, Map<String, Located> located) {
    super(path, NumpyFormat.NAME, Map.of(), entries(located));
    this.channel = channel;
    this.zip = zip;
    this.located = located;
  }

  private static List<CheckpointEntry> entries(Map<String, Located> located) {
    return located.entrySet().stream().map(e -> e.getValue().header().entry(e.getKey())).toList();
  }

  static NpzFile open(
      Path path, FileChannel channel, ZipDirectory zip, Limits limits, Problems problems)
      throws IOException {
    Map<String, Located> located = new LinkedHashMap<>();
    LimitCheck check = new LimitCheck(limits, problems);
    long left = limits.headerBytes;
    for (ZipDirectory.Entry entry : zip.entries().values()) {
      if (entry.name().endsWith("/") && entry.size() == 0) {
        continue; // a folder, which other tools write
      }
      if (!entry.name().endsWith(NumpyFormat.SUFFIX)) {
        throw problems.entry(
            entry.name(),
            entry.header(),
            "the entry is no array: its name does not end in " + NumpyFormat.SUFFIX,
            "save the arrays alone with np.savez");
      }
      NumpyHeader header = header(zip, entry, left, limits, problems);
      left -= header.length();
      String name = entry.name().substring(0, entry.name().length() - NumpyFormat.SUFFIX.length());
      check.add(name, entry.header(), header.content());
      located.put(name, new Located(entry, header));
    }
    return new NpzFile(path, channel, zip, located);
  }

  private static NumpyHeader header(
      ZipDirectory zip, ZipDirectory.Entry entry, long most, Limits limits, Problems problems)
      throws IOException {
    try (ZipStream stream = zip.stream(entry)) {
      return NumpyHeader.read(
          stream::read,
          entry.size(),
          most,
          limits,
          (position, what, hint) ->
              problems.entry(
                  entry.name(), entry.start() + (entry.isCompressed() ? 0 : position), what, hint));
    }
  }

  @Override
  Tensor load(CheckpointEntry entry, boolean raw) throws IOException {
    Located at = located.get(entry.name());
    if (at == null) {
      throw new IllegalStateException("checkpoint: no content of " + entry.name());
    }
    NumpyHeader header = at.header();
    StoredType type = header.type().stored();
    if (type == null && !raw) {
      throw unloadable(entry);
    }
    try (ZipStream stream = zip.stream(at.zipped())) {
      stream.read(ByteBuffer.allocate((int) header.length()));
      long start = at.zipped().start();
      return raw || type == null
          ? StoredTensors.bytes(this, entry, start, header.bytes(stream))
          : StoredTensors.load(this, entry, type, start, header.elements(stream));
    }
  }

  @Override
  void release() throws IOException {
    channel.close();
  }
}
