package dev.mycel.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A file whose bytes are looked at through memory maps, in windows because a buffer ends at 2 GiB.
 * File systems that cannot map are read instead.
 */
final class MappedFile implements AutoCloseable {
  /** Windows begin at multiples of this. */
  private static final long STRIDE = 1L << 30;

  private final FileChannel channel;
  private final long size;
  private final Map<Long, ByteBuffer> windows = new HashMap<>();
  private boolean mappable = true;

  private MappedFile(FileChannel channel, long size) {
    this.channel = channel;
    this.size = size;
  }

  static MappedFile open(Path file) throws IOException {
    FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
    try {
      return new MappedFile(channel, channel.size());
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  /** The file by position, to be read. */
  Trailer.Content content() {
    return new Trailer.Content(channel, size);
  }

  /** The bytes of one content, straight from the map where there is one. */
  StoredTensors.Content at(long offset, long bytes) throws IOException {
    if (channel.size() < size) {
      throw new IOException("the file became shorter while it was open");
    }
    if (bytes == 0 || window(offset) == null) {
      return StoredTensors.at(content(), offset, bytes);
    }
    return new StoredTensors.Content() {
      private long position = offset;

      @Override
      public ByteBuffer next(int count) throws IOException {
        ByteBuffer window = window(position);
        if (window == null) {
          throw new IOException("the file cannot be mapped any more");
        }
        ByteBuffer found = window.slice((int) (position % STRIDE), count);
        position += count;
        return found.order(ByteOrder.LITTLE_ENDIAN);
      }
    };
  }

  /** The window that holds a block from that offset on, or null if there are no maps. */
  private synchronized @Nullable ByteBuffer window(long offset) throws IOException {
    long index = offset / STRIDE;
    ByteBuffer window = windows.get(index);
    if (window == null && mappable) {
      long start = index * STRIDE;
      long length = Math.min(STRIDE + Elements.BLOCK, size - start);
      try {
        window = channel.map(FileChannel.MapMode.READ_ONLY, start, length);
        windows.put(index, window);
      } catch (UnsupportedOperationException e) {
        mappable = false;
      }
    }
    return window;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
