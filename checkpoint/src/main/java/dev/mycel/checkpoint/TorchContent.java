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
    private final TorchBytes bytes;
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

  /**
   * Elements at strides. The part of the storage that they lie in is read at once, in segments that
   * hold whole elements, unless it is far larger than the view: then each element is read alone.
   */
  private static final class Strided extends TorchContent {
    private static final int SEGMENT_BITS = 24;
    private static final int SEGMENT = 1 << SEGMENT_BITS;

    /** Bytes that are read in the time that one read more takes. */
    private static final int BYTES_PER_READ = 4096;

    private final long[] shape;
    private final long[] strides;
    private final long[] index;
    private final int bytes;
    private final TorchBytes source;
    private final byte @Nullable [][] segments;
    private final long first;
    private long position;

    Strided(PickleValue.View view, TorchStorage storage, ByteOrder order) throws IOException {
      super(view, order);
      int axes = view.shape().size();
      bytes = view.type().bytes();
      shape = new long[axes];
      strides = new long[axes];
      index = new long[axes];
      first = view.offset() * bytes;
      long last = first;
      for (int i = 0; i < axes; i++) {
        shape[i] = view.shape().get(i);
        strides[i] = view.strides().get(i) * bytes;
        last += shape[i] == 1 ? 0 : (shape[i] - 1) * strides[i];
      }
      source = storage.checked();
      long range = last + bytes - first;
      segments = range / BYTES_PER_READ > view.count() ? null : read(range);
    }

    private byte[][] read(long range) throws IOException {
      byte[][] parts = new byte[Math.toIntExact((range + SEGMENT - 1) >>> SEGMENT_BITS)][];
      for (int i = 0; i < parts.length; i++) {
        long start = (long) i << SEGMENT_BITS;
        parts[i] = new byte[(int) Math.min(SEGMENT, range - start)];
        source.read(ByteBuffer.wrap(parts[i]), first + start);
      }
      return parts;
    }

    @Override
    void fill(ByteBuffer into) throws IOException {
      int end = into.limit();
      while (into.position() < end) {
        if (segments != null) {
          byte[] segment = segments[(int) (position >>> SEGMENT_BITS)];
          into.put(segment, (int) (position & (SEGMENT - 1)), bytes);
        } else {
          into.limit(into.position() + bytes);
          source.read(into, first + position);
          into.limit(end);
        }
        step();
      }
    }

    /** Goes to the next element, the last axis first. */
    private void step() {
      for (int i = shape.length - 1; i >= 0; i--) {
        index[i]++;
        position += strides[i];
        if (index[i] < shape[i]) {
          return;
        }
        position -= shape[i] * strides[i];
        index[i] = 0;
      }
    }
  }
}
