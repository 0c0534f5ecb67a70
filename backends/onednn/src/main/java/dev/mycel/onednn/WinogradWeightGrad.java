package dev.mycel.onednn;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * The gradient of a convolution's weight by tiles: one product for each position, with tiles as the
 * inner axis. With a small weight, a thread sums over a part of the groups of tiles; with a large
 * one, threads take positions. Parts do not depend on the number of threads, so neither do bits.
 */
final class WinogradWeightGrad {
  /** Bytes of a sum up to which groups are the faster way. */
  private static final long SMALL = 1L << 20;

  /** Bytes of the sums of all parts. */
  private static final long SUMS = 8L << 20;

  private static final long MOST_PARTS = 16;

  private final WinogradShape shape;
  private final Staging staging;
  private final WinogradProducts products;
  private final FloatBuffer x;
  private final FloatBuffer dy;
  private final ConcurrentLinkedQueue<Worker> idle = new ConcurrentLinkedQueue<>();

  WinogradWeightGrad(WinogradShape shape, OneDnnBackend backend, Staging staging, long x, long dy) {
    this.shape = shape;
    this.staging = staging;
    this.products = new WinogradProducts(backend, shape);
    this.x =
        NativeBlock.floats(
            x, (long) shape.images() * shape.height() * shape.width() * shape.channels());
    this.dy =
        NativeBlock.floats(
            dy, (long) shape.images() * shape.outHeight() * shape.outWidth() * shape.outChannels());
  }

  /** What a thread needs for itself. */
  private final class Worker {
    final WinogradInput input;
    final WinogradSlope slope;
    @Nullable NativeBlock v;
    @Nullable NativeBlock d;

    Worker(HeapScratch scratch) {
      input = new WinogradInput(shape, x, scratch);
      slope = new WinogradSlope(shape, dy, scratch);
    }
  }

  private Worker worker(HeapScratch scratch) {
    Worker known = idle.poll();
    return known == null ? new Worker(scratch) : known;
  }

  /** Computes the gradient as planes [3, 3, I, O]; returns whether all of it is finite. */
  boolean run(FloatBuffer planes) {
    int all = shape.channels() * shape.outChannels();
    try (HeapScratch scratch = new HeapScratch()) {
      FloatBuffer[] sums =
          bytes() <= SMALL ? byGroups(scratch) : new FloatBuffer[] {byPositions(scratch)};
      return WinogradWeights.gradient(sums, all, planes);
    }
  }

  private long bytes() {
    return (long) WinogradShape.POSITIONS * shape.channels() * shape.outChannels() * Float.BYTES;
  }

  private NativeBlock matrices(long tiles, long channels) {
    synchronized (staging) {
      return staging.take(WinogradShape.POSITIONS * tiles * channels * Float.BYTES);
    }
  }

  private FloatBuffer[] byGroups(HeapScratch scratch) {
    int height = Math.max(1, WinogradConvolution.GROUP / shape.across());
    int groups = (shape.rows() + height - 1) / height;
    int parts = (int) Math.min(Math.min(SUMS / bytes(), MOST_PARTS), groups);
    List<NativeBlock> sums = new ArrayList<>();
    for (int i = 0; i < parts; i++) {
      sums.add(matrices(shape.channels(), shape.outChannels()));
    }
    Team.run(
        parts,
        1,
        (from, end) -> {
          Worker w = worker(scratch);
          for (long part = from; part < end; part++) {
            int first = (int) (groups * part / parts);
            int last = (int) (groups * (part + 1) / parts);
            for (int group = first; group < last; group++) {
              add(w, group * height, height, group > first, sums.get((int) part).address());
            }
          }
          idle.add(w);
        });
    return sums.stream().map(NativeBlock::floats).toArray(FloatBuffer[]::new);
  }

  private void add(Worker w, int first, int height, boolean adds, long sum) {
    int most = height * shape.across();
    NativeBlock v = w.v == null ? matrices(most, shape.channels()) : w.v;
    NativeBlock d = w.d == null ? matrices(most, shape.outChannels()) : w.d;
    w.v = v;
    w.d = d;
    int count = Math.min(height, shape.rows() - first);
    int tiles = count * shape.across();
    w.input.transform(first, count, v.floats(), tiles, 0);
    w.slope.transform(first, count, d.floats(), tiles, 0);
    products.batchGrad(tiles, adds).run(v.address(), d.address(), sum);
  }

  private FloatBuffer byPositions(HeapScratch scratch) {
    NativeBlock sum = matrices(shape.channels(), shape.outChannels());
    int slab = WinogradConvolution.slab(shape);
    int most = slab * shape.across();
    NativeBlock v = matrices(most, shape.channels());
    NativeBlock d = matrices(most, shape.outChannels());
    FloatBuffer in = v.floats();
    FloatBuffer out = d.floats();
    for (int from = 0; from < shape.rows(); from += slab) {
      int first = from;
      int count = Math.min(slab, shape.rows() - first);
      int tiles = count * shape.across();
      Team.run(
          count,
          WinogradConvolution.step(shape),
          (row, end) -> {
            Worker w = worker(scratch);
            int n = (int) (end - row);
            w.input.transform(first + (int) row, n, in, tiles, (int) row);
            w.slope.transform(first + (int) row, n, out, tiles, (int) row);
            idle.add(w);
          });
      multiply(v.address(), d.address(), sum.address(), tiles, first > 0);
    }
    return sum.floats();
  }

  private void multiply(long v, long d, long sum, int tiles, boolean adds) {
    Compiled product = products.oneGrad(tiles, adds);
    long in = (long) tiles * shape.channels() * Float.BYTES;
    long out = (long) tiles * shape.outChannels() * Float.BYTES;
    long each = bytes() / WinogradShape.POSITIONS;
    Team.run(
        WinogradShape.POSITIONS,
        1,
        (from, end) -> {
          for (long p = from; p < end; p++) {
            product.run(v + p * in, d + p * out, sum + p * each);
          }
        });
  }
}
