package dev.mycel.onednn;

import dev.mycel.core.Layout;
import dev.mycel.core.Shape;
import dev.mycel.core.spi.Buffer;
import dev.mycel.core.spi.HeapStorage;

/**
 * Row-major copies of what the library cannot walk: repeated and reversed elements, in every
 * element type, row by row through the heap.
 */
final class StridedCopy {
  private static final int PIECE = 1 << 15;

  private StridedCopy() {}

  /** Copies all elements in row-major order. */
  static void run(Buffer from, Buffer to) {
    Shape shape = from.shape();
    if (Layouts.isScalar(from.layout())) {
      fill(from, to);
      return;
    }
    int last = shape.rank() - 1;
    int n = Math.toIntExact(shape.dim(last));
    long rows = shape.size() / n;
    Team.run(rows, Math.max(1, PIECE / n), (first, end) -> rows(from, to, n, first, end));
  }

  private static void fill(Buffer from, Buffer to) {
    Team.run(
        to.size(),
        PIECE,
        (first, end) -> {
          int n = (int) (end - first);
          Object block = HeapStorage.newArray(from.dtype(), n);
          Chunks.read(from, 0, block, 0, 1);
          repeatFirst(block, n);
          Chunks.write(to, first, block, 0, n);
        });
  }

  private static void rows(Buffer from, Buffer to, int n, long first, long end) {
    Layout layout = from.layout();
    long stride = layout.stride(layout.shape().rank() - 1);
    long reach = Math.abs(stride) * (n - 1);
    Object row = HeapStorage.newArray(from.dtype(), n);
    Object stretch =
        stride == 0 || stride == 1 ? row : HeapStorage.newArray(from.dtype(), (int) reach + 1);
    for (long r = first; r < end; r++) {
      long at = offset(layout, r);
      if (stride == 0) {
        Chunks.read(from, at, row, 0, 1);
        repeatFirst(row, n);
      } else if (stride == 1) {
        Chunks.read(from, at, row, 0, n);
      } else {
        Chunks.read(from, stride < 0 ? at - reach : at, stretch, 0, (int) reach + 1);
        int place = stride < 0 ? (int) reach : 0;
        for (int i = 0; i < n; i++) {
          System.arraycopy(stretch, place, row, i, 1);
          place += (int) stride;
        }
      }
      Chunks.write(to, r * n, row, 0, n);
    }
  }

  /** Distance of a row's first element from the layout's offset. */
  private static long offset(Layout layout, long row) {
    long at = 0;
    long rest = row;
    for (int axis = layout.shape().rank() - 2; axis >= 0; axis--) {
      long extent = layout.shape().dim(axis);
      at += rest % extent * layout.stride(axis);
      rest /= extent;
    }
    return at;
  }

  /** Copies the first element of an array of any type to the others, twice as many each time. */
  private static void repeatFirst(Object array, int n) {
    for (int done = 1; done < n; done *= 2) {
      System.arraycopy(array, 0, array, done, Math.min(done, n - done));
    }
  }
}
