package dev.mycel.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Elements that lie at strides, in row-major order. The part that they lie in is read at once, in
 * segments that hold whole elements, unless it is far larger than they are together: then each
 * element is read alone.
 */
final class StridedElements {
  private static final int SEGMENT_BITS = 24;
  private static final int SEGMENT = 1 << SEGMENT_BITS;

  /** Bytes that are read in the time that one read more takes. */
  private static final int BYTES_PER_READ = 4096;

  private final long[] shape;
  private final long[] strides;
  private final long[] index;
  private final int bytes;
  private final ByteSource source;
  private final byte @Nullable [][] segments;
  private final long first;
  private long position;

  /**
   * Elements of a shape without an extent of 0.
   *
   * @param strides in bytes, not negative
   * @param bytes of an element
   * @param first where the first element stands in the source
   */
  StridedElements(long[] shape, long[] strides, int bytes, ByteSource source, long first)
      throws IOException {
    this.shape = shape;
    this.strides = strides;
    this.bytes = bytes;
    this.source = source;
    this.first = first;
    index = new long[shape.length];
    long range = bytes;
    long count = 1;
    for (int i = 0; i < shape.length; i++) {
      range += shape[i] == 1 ? 0 : (shape[i] - 1) * strides[i];
      count *= shape[i];
    }
    segments = range / BYTES_PER_READ > count ? null : read(range);
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

  /** Fills the buffer with the next elements, of which there must be so many. */
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
