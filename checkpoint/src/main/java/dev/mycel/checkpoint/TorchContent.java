package dev.mycel.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/** The elements of a view, side by side in row-major order. */
abstract class TorchContent implements StoredTensors.Content {
  private final ByteOrder order;
  private final long bytes;
  private @Nullable ByteBuffer block;

  private TorchContent(PickleValue.View view, ByteOrder order) {
    this.order = order;
    this.bytes = view.bytes();
  }

  /**
   * The content of a view.
   *
   * @param order the order of the bytes of each element
   */
  static StoredTensors.Content of(PickleValue.View view, TorchStorage storage, ByteOrder order)
      throws IOException {
    return isContiguous(view) ? new Dense(view, storage, order) : new Strided(view, storage, order);
  }

  private static boolean isContiguous(PickleValue.View view) {
    long expected = 1;
    for (int i = view.shape().size() - 1; i >= 0; i--) {
      long extent = view.shape().get(i);
      if (extent != 1 && view.strides().get(i) != expected) {
        return view.count() == 0;
      }
      expected *= extent;
    }
    return true;
  }

  @Override
  public final ByteBuffer next(int count) throws IOException {
    ByteBuffer into = block;
    if (into == null) {
      into = Elements.block(Math.max(1, bytes)).order(order);
      block = into;
    }
    fill(into.clear().limit(count));
    return into.flip();
  }

  @Override
  public final void fill(ByteBuffer into, int width) throws IOException {
    if (order == ByteOrder.nativeOrder()) {
      fill(into);
    } else {
      StoredTensors.Content.super.fill(into, width);
    }
  }

  /** Fills the block with the next bytes. */
  abstract void fill(ByteBuffer into) throws IOException;

  /** A part of the storage as it is. */
  private static final class Dense extends TorchContent {
    private final TorchStorage storage;
    private final ByteSource bytes;
    private final @Nullable CRC32 crc;
    private final long end;
    private long at;

    Dense(PickleValue.View view, TorchStorage storage, ByteOrder order) throws IOException {
      super(view, order);
      this.storage = storage;
      at = view.offset() * view.type().bytes();
      end = at + view.bytes();
      // A tensor that is the whole storage is checked as it is read.
      boolean whole = at == 0 && end == view.storage().bytes() && storage.wantsCrc();
      crc = whole ? new CRC32() : null;
      bytes = whole ? storage.unchecked() : storage.checked();
    }

    @Override
    void fill(ByteBuffer into) throws IOException {
      int from = into.position();
      bytes.read(into, at);
      at += into.position() - from;
      if (crc != null) {
        crc.update(into.duplicate().flip().position(from));
        if (at == end) {
          storage.checkCrc(crc);
        }
      }
    }
  }

  /** Elements at strides. */
  private static final class Strided extends TorchContent {
    private final StridedElements elements;

    Strided(PickleValue.View view, TorchStorage storage, ByteOrder order) throws IOException {
      super(view, order);
      int bytes = view.type().bytes();
      elements =
          new StridedElements(
              view.shape().stream().mapToLong(Long::longValue).toArray(),
              view.strides().stream().mapToLong(stride -> stride * bytes).toArray(),
              bytes,
              storage.checked(),
              view.offset() * bytes);
    }

    @Override
    void fill(ByteBuffer into) throws IOException {
      elements.fill(into);
    }
  }
}
