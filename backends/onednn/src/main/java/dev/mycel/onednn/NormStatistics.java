package dev.mycel.onednn;

import static org.bytedeco.dnnl.global.dnnl.*;

import dev.mycel.core.spi.BlockPool;
import java.nio.FloatBuffer;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_desc;

/**
 * Mean and variance of each channel of a batch [N, C, ...], whose images lie one after the other.
 *
 * <p>The library's batch normalisation lets its threads wait for one another in the middle by
 * spinning. Beside anything else that runs, a thread then spins for one that has no core: calls of
 * a tenth of a millisecond took 16, a full slice of the scheduler, once in twenty. Here each thread
 * takes a few images at a time, which stay in its cache, and what they give is joined afterwards by
 * the pairwise formula of Chan, Golub and LeVeque (1979), in double.
 */
final class NormStatistics {
  /** Bytes of a piece: it is read three times, and written once, to be thrown away. */
  private static final long PIECE = 256 << 10;

  /** Several for each thread, so that one that is held up holds up nobody. */
  private static final int PIECES = 4;

  /** How names of generated code begin, which keeps nothing for each thread. */
  static final String GENERATED = "bnorm_jit";

  private NormStatistics() {}

  private record Key(Desc x) {}

  /**
   * Whether a batch is cut between threads. The library has several implementations: in the one for
   * odd numbers of channels what a thread sums is laid out for all threads, and some are not there.
   */
  static boolean cuts(OneDnnBackend backend, Desc x) {
    return x.dims()[0] > 1
        && OmpThreads.count() > 1
        && of(backend, piece(x, 1)).implementation().startsWith(GENERATED);
  }

  /**
   * Computes them.
   *
   * @param x dense, batch first in memory
   * @param mean where to write C floats, and so {@code variance}, which is the biased one
   */
  static void compute(
      OneDnnBackend backend, Desc x, long source, NativeBlock mean, NativeBlock variance) {
    int n = (int) x.dims()[0];
    int channels = (int) x.dims()[1];
    int imageBytes = (int) Math.min(x.strides()[0] * x.dtype().bytes(), Integer.MAX_VALUE);
    long most = Math.max(1, n / ((long) PIECES * OmpThreads.count()));
    int images = (int) Math.min(Math.max(1, PIECE / imageBytes), most);
    int pieces = (n + images - 1) / images;
    Compiled whole = of(backend, piece(x, images));
    Compiled last = of(backend, piece(x, n - (pieces - 1) * images));
    BlockPool<NativeBlock> pool = backend.pool();
    NativeBlock table = pool.take(2L * pieces * channels * Float.BYTES);
    try {
      Team.run(
          pieces,
          1,
          (from, to) -> {
            NativeBlock unused = pool.take((long) images * imageBytes);
            try {
              for (long i = from; i < to; i++) {
                Compiled part = i == pieces - 1 ? last : whole;
                long means = table.address() + 2 * i * channels * Float.BYTES;
                long variances = means + (long) channels * Float.BYTES;
                part.run(source + i * images * imageBytes, unused.address(), means, variances);
              }
            } finally {
              pool.give(unused);
            }
          });
      join(table.floats(), pieces, images, n, channels, mean, variance);
    } finally {
      pool.give(table);
    }
  }

  private static void join(
      FloatBuffer table,
      int pieces,
      int images,
      int n,
      int channels,
      NativeBlock mean,
      NativeBlock variance) {
    double[] means = new double[channels];
    double[] squares = new double[channels];
    float[] part = new float[2 * channels];
    long seen = 0;
    for (int p = 0; p < pieces; p++) {
      table.get(p * part.length, part);
      long more = Math.min(images, n - seen);
      double share = (double) more / (seen + more);
      double weight = (double) seen * share;
      for (int c = 0; c < channels; c++) {
        double apart = part[c] - means[c];
        means[c] += apart * share;
        squares[c] += part[channels + c] * (double) more + apart * apart * weight;
      }
      seen += more;
    }
    for (int c = 0; c < channels; c++) {
      part[c] = (float) means[c];
      part[channels + c] = (float) (squares[c] / n);
    }
    mean.floats().put(0, part, 0, channels);
    variance.floats().put(0, part, channels, channels);
  }

  private static Desc piece(Desc x, long images) {
    long[] dims = x.dims().clone();
    dims[0] = images;
    return Desc.of(x.dtype(), dims, x.strides());
  }

  private static Compiled of(OneDnnBackend backend, Desc x) {
    return backend.cache().alone(new Key(x), k -> create(backend, k));
  }

  private static Compiled create(OneDnnBackend backend, Key key) {
    dnnl_memory_desc x = key.x().create();
    dnnl_primitive_desc pd = new dnnl_primitive_desc();
    try (Attributes attributes = new Attributes()) {
      Dnnl.check(
          dnnl_batch_normalization_forward_primitive_desc_create(
              pd,
              Dnnl.engine(),
              dnnl_forward_training,
              x,
              x,
              0,
              dnnl_normalization_flags_none,
              attributes.get()),
          "describing " + key);
    }
    return new Compiled(
        backend.pool(), pd, DNNL_ARG_SRC, DNNL_ARG_DST, DNNL_ARG_MEAN, DNNL_ARG_VARIANCE);
  }
}
