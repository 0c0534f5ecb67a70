package dev.mycel.nd4j;

import dev.mycel.core.Layout;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Elements in native memory as runs of neighbours, with the axes in the order that they have there:
 * one run if the layout is dense in some order, one for each row of a part. They are read once,
 * from the first to the last.
 */
final class Runs {
  /** Runs of fewer bytes are gathered faster by ND4J, with all of its threads. */
  private static final long SHORTEST = 128;

  private final long runBytes;
  private final long end;
  private final long[] extents;
  private final long[] steps;
  private final long[] index;
  private ByteBuffer window;
  private long windowStart;
  private long run;
  private long done;

  /**
   * The extents and the steps in bytes are of the axes outside of a run, the slowest first.
   *
   * @param end the address behind the last element
   */
  private Runs(long address, long end, long runBytes, long[] extents, long[] steps) {
    this.run = address;
    this.end = end;
    this.runBytes = runBytes;
    this.extents = extents;
    this.steps = steps;
    this.index = new long[extents.length];
    this.windowStart = address;
    this.window = Memory.window(address, end);
  }

  /** The bytes from an address on as one run. */
  static Runs one(long address, long bytes) {
    return new Runs(address, address + bytes, bytes, new long[0], new long[0]);
  }

  /**
   * The runs of a layout, not empty, whose first element has that address; null if they are short.
   */
  static @Nullable Runs of(Layout layout, int elementBytes, long address) {
    int[] order = layout.memoryOrder();
    long length = 1;
    int outer = order.length;
    while (outer > 0 && joins(layout, order[outer - 1], length)) {
      length *= layout.shape().dim(order[--outer]);
    }
    // Strides below one end up innermost, so that nothing joins and runs are of one element.
    if (outer > 0 && length * elementBytes < SHORTEST) {
      return null;
    }
    long[] extents = new long[outer];
    long[] steps = new long[outer];
    for (int i = 0; i < outer; i++) {
      extents[i] = layout.shape().dim(order[i]);
      steps[i] = layout.stride(order[i]) * elementBytes;
    }
    long end = address + NdArrays.reach(layout) * elementBytes;
    return new Runs(address, end, length * elementBytes, extents, steps);
  }

  /** Whether an axis goes on where runs of that length end. */
  private static boolean joins(Layout layout, int axis, long length) {
    return layout.shape().dim(axis) == 1 || layout.stride(axis) == length;
  }

  /** Copies that many bytes, all of them, to an address. */
  void copyTo(long address, long bytes) {
    long to = address;
    while (to < address + bytes) {
      ByteBuffer piece = Memory.window(to, address + bytes);
      to += piece.remaining();
      read(piece);
    }
  }

  /** Fills the rest of a buffer with the bytes that follow. */
  void read(ByteBuffer into) {
    while (into.hasRemaining()) {
      int n = (int) Math.min(into.remaining(), runBytes - done);
      long from = run + done;
      if (from < windowStart || from + n > windowStart + window.limit()) {
        windowStart = from;
        window = Memory.window(from, end);
      }
      into.put(into.position(), window, (int) (from - windowStart), n);
      into.position(into.position() + n);
      done += n;
      if (done == runBytes) {
        next();
      }
    }
  }

  private void next() {
    done = 0;
    for (int i = extents.length - 1; i >= 0; i--) {
      run += steps[i];
      if (++index[i] < extents[i]) {
        return;
      }
      run -= extents[i] * steps[i];
      index[i] = 0;
    }
  }
}
