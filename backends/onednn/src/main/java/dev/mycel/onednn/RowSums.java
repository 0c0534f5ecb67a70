package dev.mycel.onednn;

import dev.mycel.core.DType;
import dev.mycel.core.Layout;
import dev.mycel.core.Shape;
import dev.mycel.core.spi.Buffer;
import java.util.Arrays;

/**
 * Sums of rows by the index of the row that each is added to, in float32. Updates are sorted by
 * that first, so each row of the result is the sum of its updates in their order, whichever thread
 * computes it.
 *
 * <p>Rows of a half type are converted a block at a time where the library does that in vectors:
 * the block stays in the second-level cache, a float32 copy of all updates would not.
 */
final class RowSums {
  /** Rows that are converted by one call of the library, which costs two microseconds. */
  private static final int BLOCK = 64;

  private final OneDnnBackend backend;
  private final Buffer updates;
  private final int extent;

  /** The updates, those of one row of the result after the other. */
  private final int[] order;

  /** Where those of each row begin in {@link #order}. */
  private final int[] starts;

  RowSums(OneDnnBackend backend, Buffer updates, long[] rows, int extent) {
    this.backend = backend;
    this.updates = updates;
    this.extent = extent;
    starts = new int[extent + 1];
    for (long row : rows) {
      starts[(int) row + 1]++;
    }
    for (int i = 0; i < extent; i++) {
      starts[i + 1] += starts[i];
    }
    order = new int[rows.length];
    int[] next = starts.clone();
    for (int i = 0; i < rows.length; i++) {
      order[next[(int) rows[i]]++] = i;
    }
  }

  void run(Staging staging, Buffer out) {
    int n = (int) (out.size() / extent);
    // A short table with many updates is as much work as a long one.
    long perRow = (out.size() + (long) order.length * n) / extent;
    long grain = IndexKernels.grain((int) Math.min(perRow, Integer.MAX_VALUE));
    if (updates.dtype() != DType.FLOAT32 && Dnnl.hasAvx512()) {
      Halves halves = new Halves(staging, out, n);
      Team.run(extent, Math.min(grain, BLOCK), halves::run);
    } else {
      Team.run(extent, grain, (from, to) -> sumInJava(out, n, from, to));
    }
  }

  /** Rows of any float type, converted one by one. */
  private void sumInJava(Buffer out, int n, long from, long to) {
    short[] narrow = Chunks.narrow(updates.dtype(), n);
    sum(
        (place, row) -> Chunks.readWide(updates, (long) order[place] * n, row, narrow, n),
        from,
        to,
        (row, sum) -> Chunks.writeNarrow(out, (long) row * n, sum, narrow, n));
  }

  /** Where updates come from, in the order of {@link #order}. */
  private interface Source {
    void read(int place, float[] row);
  }

  /** Where sums go. */
  private interface Target {
    void write(int row, float[] sum);
  }

  private void sum(Source source, long from, long to, Target target) {
    int n = (int) (updates.size() / Math.max(order.length, 1));
    float[] sum = new float[n];
    float[] row = new float[n];
    for (int r = (int) from; r < to; r++) {
      if (starts[r] == starts[r + 1]) {
        Arrays.fill(sum, 0);
      } else {
        source.read(starts[r], sum);
      }
      for (int i = starts[r] + 1; i < starts[r + 1]; i++) {
        source.read(i, row);
        for (int j = 0; j < n; j++) {
          sum[j] += row[j];
        }
      }
      target.write(r, sum);
    }
  }

  /** Rows of a half type by blocks: gathered, converted, summed, and the sums converted back. */
  private final class Halves {
    private final int n;
    private final long target;
    private final DType type = updates.dtype();
    private final Compiled widen;
    private final Compiled round;
    private final Buffer out;

    Halves(Staging staging, Buffer out, int n) {
      this.n = n;
      this.out = out;
      Desc narrow = Desc.dense(type, BLOCK, n);
      Desc wide = Desc.dense(DType.FLOAT32, BLOCK, n);
      widen = backend.reorder().alone(narrow, wide);
      round = backend.reorder().alone(wide, narrow);
      target = out.storage() instanceof NativeStorage ? staging.address(out) : 0;
    }

    void run(long from, long to) {
      Shape shape = Shape.of(BLOCK, n);
      NativeStorage raw = backend.allocateNative(type, shape.size());
      NativeStorage floats = backend.allocateNative(DType.FLOAT32, shape.size());
      NativeStorage sums = backend.allocateNative(DType.FLOAT32, shape.size());
      try {
        Blocks source = new Blocks(raw, floats, n, widen);
        for (long r = from; r < to; r += BLOCK) {
          long first = r;
          long end = Math.min(r + BLOCK, to);
          source.limit = starts[(int) end];
          sum(source, r, end, (row, sum) -> sums.write((row - first) * n, sum, 0, n));
          write(sums, raw, first, end);
        }
      } finally {
        raw.release();
        floats.release();
        sums.release();
      }
    }

    private void write(NativeStorage sums, NativeStorage raw, long first, long end) {
      boolean whole = end - first == BLOCK && target != 0;
      long to = whole ? target + first * n * type.bytes() : raw.address();
      round.run(sums.address(), to);
      if (!whole) {
        RowCopy copy = new RowCopy(new Buffer(raw, Layout.contiguous(Shape.of(BLOCK, n))), out, n);
        for (long r = first; r < end; r++) {
          copy.run(r - first, r);
        }
      }
    }
  }

  /** The next updates in float32, as many as a block holds. */
  private final class Blocks implements Source {
    private final NativeStorage raw;
    private final NativeStorage floats;
    private final int n;
    private final Compiled widen;
    private final RowCopy copy;
    private int first;
    private int end;

    /** Where to stop gathering: the room for it is used otherwise after that. */
    int limit;

    Blocks(NativeStorage raw, NativeStorage floats, int n, Compiled widen) {
      this.raw = raw;
      this.floats = floats;
      this.n = n;
      this.widen = widen;
      Buffer block = new Buffer(raw, Layout.contiguous(Shape.of(BLOCK, n)));
      this.copy = new RowCopy(updates, block, n);
    }

    @Override
    public void read(int place, float[] row) {
      if (place >= end) { // places only grow
        first = place;
        end = Math.min(place + BLOCK, limit);
        for (int i = first; i < end; i++) {
          copy.run(order[i], i - first);
        }
        widen.run(raw.address(), floats.address());
      }
      floats.read((long) (place - first) * n, row, 0, n);
    }
  }
}
