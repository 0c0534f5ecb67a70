package dev.mycel.onednn;

import dev.mycel.core.DType;
import java.nio.FloatBuffer;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * One convolution by tiles. With a small weight, a thread takes a group of tiles through all steps,
 * so that what is between them stays in its caches; with a large one, threads take positions, so
 * that each matrix of the weight is read once. Which thread does what changes no bit of the result.
 */
final class WinogradConvolution {
  /** Tiles that go through all steps together. */
  static final int GROUP = 64;

  /** Rows of a product in one position. */
  private static final int PIECE = 128;

  /** Bytes of a transformed weight from which positions are the faster way. */
  private static final long LARGE = 8L << 20;

  /** Bytes of transformed tiles that are between two steps at most. */
  static final long BETWEEN = 64L << 20;

  private final WinogradShape shape;
  private final Staging staging;
  private final WinogradProducts products;
  private final FloatBuffer source;
  private final long weight;
  private final FloatBuffer target;
  private final float @Nullable [] bias;
  private final ConcurrentLinkedQueue<Worker> idle = new ConcurrentLinkedQueue<>();
  private volatile boolean finite = true;

  /**
   * A convolution that is still to run.
   *
   * @param source where the source is, channels-last
   * @param weight where the transformed weight is
   * @param target where the result goes, channels-last
   */
  WinogradConvolution(
      WinogradShape shape,
      OneDnnBackend backend,
      Staging staging,
      long source,
      long weight,
      long target,
      float @Nullable [] bias) {
    this.shape = shape;
    this.staging = staging;
    this.products = new WinogradProducts(backend, shape);
    this.source =
        NativeBlock.floats(
            source, (long) shape.images() * shape.height() * shape.width() * shape.channels());
    this.weight = weight;
    this.target =
        NativeBlock.floats(
            target,
            (long) shape.images() * shape.outHeight() * shape.outWidth() * shape.outChannels());
    this.bias = bias;
  }

  /** What a thread needs for itself. */
  private final class Worker {
    final WinogradInput input;
    final WinogradOutput output;
    @Nullable NativeBlock v;
    @Nullable NativeBlock m;

    Worker(HeapScratch scratch) {
      input = new WinogradInput(shape, source, scratch);
      output = new WinogradOutput(shape, target, bias, scratch);
    }
  }

  private Worker worker(HeapScratch scratch) {
    Worker known = idle.poll();
    return known == null ? new Worker(scratch) : known;
  }

  private void done(Worker worker) {
    if (!worker.output.isFinite()) {
      finite = false;
    }
    idle.add(worker);
  }

  /**
   * Whether a weight is so large that threads take positions.
   *
   * @param channels of input and output, multiplied
   */
  static boolean byPosition(long channels) {
    return channels * WinogradShape.POSITIONS * Float.BYTES >= LARGE;
  }

  /** Runs it, and returns whether everything in the result is finite. */
  boolean run() {
    try (HeapScratch scratch = new HeapScratch()) {
      if (byPosition((long) shape.channels() * shape.outChannels())) {
        byPositions(scratch);
      } else {
        byGroups(scratch);
      }
    }
    return finite;
  }

  private NativeBlock matrices(long tiles, long channels) {
    synchronized (staging) {
      return staging.take(WinogradShape.POSITIONS * tiles * channels * DType.FLOAT32.bytes());
    }
  }

  private void byGroups(HeapScratch scratch) {
    int height = Math.max(1, GROUP / shape.across());
    int all = shape.rows();
    int most = Math.min(height, all) * shape.across();
    Compiled whole = products.batch(most);
    int rest = all % height * shape.across();
    Compiled last = rest == 0 ? whole : products.batch(rest);
    Team.run(
        (all + height - 1) / height,
        1,
        (from, end) -> {
          Worker w = worker(scratch);
          NativeBlock v = w.v == null ? matrices(most, shape.channels()) : w.v;
          NativeBlock m = w.m == null ? matrices(most, shape.outChannels()) : w.m;
          w.v = v;
          w.m = m;
          for (int group = (int) from; group < end; group++) {
            int first = group * height;
            int count = Math.min(height, all - first);
            int tiles = count * shape.across();
            w.input.transform(first, count, v.floats(), tiles, 0);
            (tiles == most ? whole : last).run(v.address(), weight, m.address());
            w.output.transform(m.floats(), tiles, 0, first, count);
          }
          done(w);
        });
  }

  private void byPositions(HeapScratch scratch) {
    int slab = slab(shape);
    int most = slab * shape.across();
    NativeBlock v = matrices(most, shape.channels());
    NativeBlock m = matrices(most, shape.outChannels());
    FloatBuffer in = v.floats();
    FloatBuffer out = m.floats();
    for (int from = 0; from < shape.rows(); from += slab) {
      int first = from;
      int count = Math.min(slab, shape.rows() - first);
      int tiles = count * shape.across();
      int step = step(shape);
      Team.run(
          count,
          step,
          (row, end) -> {
            Worker w = worker(scratch);
            int n = (int) (end - row);
            w.input.transform(first + (int) row, n, in, tiles, (int) row);
            done(w);
          });
      multiply(v.address(), m.address(), tiles);
      Team.run(
          count,
          step,
          (row, end) -> {
            Worker w = worker(scratch);
            int n = (int) (end - row);
            w.output.transform(out, tiles, (int) row, first + (int) row, n);
            done(w);
          });
    }
  }

  private void multiply(long v, long m, int tiles) {
    int pieces = (tiles + PIECE - 1) / PIECE;
    int rest = tiles - (pieces - 1) * PIECE;
    Compiled last = products.one(rest);
    Compiled whole = pieces == 1 ? last : products.one(PIECE);
    long in = (long) shape.channels() * Float.BYTES;
    long out = (long) shape.outChannels() * Float.BYTES;
    Team.run(
        (long) WinogradShape.POSITIONS * pieces,
        1,
        (from, end) -> {
          for (long i = from; i < end; i++) {
            long position = i / pieces;
            long piece = i % pieces;
            long row = position * tiles + piece * PIECE;
            (piece == pieces - 1 ? last : whole)
                .run(v + row * in, weight + position * shape.channels() * out, m + row * out);
          }
        });
  }

  /** Rows of tiles that are transformed before they are multiplied by position. */
  static int slab(WinogradShape shape) {
    long row =
        (long) WinogradShape.POSITIONS
            * shape.across()
            * Math.max(shape.channels(), shape.outChannels())
            * Float.BYTES;
    return (int) Math.max(1, Math.min(shape.rows(), BETWEEN / row));
  }

  /** Rows of tiles that a thread transforms at a time. */
  static int step(WinogradShape shape) {
    return Math.max(2, 16 / shape.across());
  }
}
