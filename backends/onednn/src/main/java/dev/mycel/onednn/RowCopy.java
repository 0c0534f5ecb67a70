package dev.mycel.onednn;

import dev.mycel.core.spi.Buffer;
import dev.mycel.core.spi.HeapStorage;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Copies rows of a dense buffer to another: at once where both are native, else by the heap. */
final class RowCopy {
  private final Buffer from;
  private final Buffer to;
  private final int elements;
  private final int bytes;
  private final long skipped;
  private final @Nullable ByteBuffer source;
  private final @Nullable ByteBuffer target;
  private final @Nullable Object row;

  RowCopy(Buffer from, Buffer to, int elements) {
    this.from = from;
    this.to = to;
    this.elements = elements;
    this.bytes = elements * from.dtype().bytes();
    this.skipped = from.layout().offset() * from.dtype().bytes();
    this.source = view(from);
    this.target = to.layout().offset() == 0 ? view(to) : null;
    this.row =
        source == null || target == null ? HeapStorage.newArray(from.dtype(), elements) : null;
  }

  private static @Nullable ByteBuffer view(Buffer b) {
    return b.storage() instanceof NativeStorage s ? s.wholeView() : null;
  }

  /** Copies row {@code i} of the one to row {@code j} of the other. */
  void run(long i, long j) {
    if (source != null && target != null) {
      target.put((int) (j * bytes), source, (int) (skipped + i * bytes), bytes);
    } else if (row != null) {
      Chunks.read(from, i * elements, row, 0, elements);
      Chunks.write(to, j * elements, row, 0, elements);
    }
  }
}
