package dev.mycel.onednn;

import static org.bytedeco.dnnl.global.dnnl.*;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.DType;
import dev.mycel.core.Messages;
import dev.mycel.core.None;
import dev.mycel.core.Prims;
import dev.mycel.core.spi.Access;
import dev.mycel.core.spi.Buffer;
import dev.mycel.core.spi.KernelCall;
import dev.mycel.core.spi.KernelTable;
import org.bytedeco.dnnl.dnnl_primitive_desc;

/**
 * Softmax and cross entropy of class labels in one, with its gradient. Few elements are computed in
 * Java; of many, the exponentials are the library's, a tile of rows at a time, and only the
 * logarithm is ours, because the library's is not accurate enough near one.
 */
final class CrossEntropyKernels {
  /** Up to so many elements the exponential in Java costs less than calls of the library. */
  private static final int FEW = 1 << 16;

  /** Elements that are computed at a time: a mebibyte. */
  private static final int TILE = 1 << 18;

  /** A share above this is a normal number and has an accurate logarithm. */
  private static final float SMALL = 1e-30f;

  private CrossEntropyKernels() {}

  static void register(KernelTable table) {
    table.put(
        Prims.SOFTMAX_CROSS_ENTROPY,
        Access.CONTIGUOUS,
        "rows, float32",
        call -> takes(call.input(0)),
        CrossEntropyKernels::forward);
    table.put(
        Prims.SOFTMAX_CROSS_ENTROPY_GRAD,
        Access.CONTIGUOUS,
        "rows, float32",
        call -> takes(call.input(1)),
        CrossEntropyKernels::gradient);
  }

  private static boolean takes(Buffer rows) {
    return rows.dtype() == DType.FLOAT32
        && rows.size() > 0
        && rows.size() <= NativeBlock.VIEW / Float.BYTES;
  }

  /** Classes as long, all checked: unlike indices, they do not count from the end. */
  private static long[] labels(Buffer b, long classes) {
    long[] wide = IndexKernels.wide(b);
    for (long label : wide) {
      if (label < 0 || label >= classes) {
        throw new ArgumentException(
            Messages.of("softmaxCrossEntropy: a label is out of range")
                .line("label  ", label)
                .line("classes", classes)
                .hint("labels go from 0 to " + (classes - 1))
                .text());
      }
    }
    return wide;
  }

  private static void forward(KernelCall<None> call) {
    Buffer x = call.input(0);
    int rows = (int) x.shape().dim(0);
    int classes = (int) x.shape().dim(1);
    long[] labels = labels(call.input(1), classes);
    float[] losses = new float[rows];
    float[] sums = new float[rows];
    if (x.size() <= FEW) {
      few(x, labels, losses, sums, classes);
    } else {
      many(call, labels, losses, sums);
    }
    Chunks.write(call.output(0), 0, losses, rows);
    Chunks.write(call.output(1), 0, sums, rows);
  }

  private static void few(Buffer x, long[] labels, float[] losses, float[] sums, int classes) {
    float[] data = new float[labels.length * classes];
    Chunks.read(x, 0, data, data.length);
    for (int r = 0; r < labels.length; r++) {
      int at = r * classes;
      double sum = IndexKernels.logSumExp(data, at, classes);
      sums[r] = (float) sum;
      losses[r] = (float) (sum - data[at + (int) labels[r]]);
    }
  }

  /** The loss is minus the logarithm of the label's share, which is all that is read of a row. */
  private static void many(KernelCall<None> call, long[] labels, float[] losses, float[] sums) {
    Buffer x = call.input(0);
    int classes = (int) x.shape().dim(1);
    int tile = tile(classes);
    OneDnnBackend backend = (OneDnnBackend) call.backend();
    float[] logit = new float[1];
    try (Staging staging = new Staging(call)) {
      long source = staging.address(x);
      NativeBlock shares = staging.take((long) tile * classes * Float.BYTES);
      for (int from = 0; from < losses.length; from += tile) {
        int rows = Math.min(tile, losses.length - from);
        Desc part = Desc.dense(DType.FLOAT32, rows, classes);
        long start = (long) from * classes;
        SoftmaxKernels.rows(backend, part, source + start * Float.BYTES, shares.address(), false);
        for (int r = from; r < from + rows; r++) {
          int label = (int) labels[r];
          float share = shares.floats().get((r - from) * classes + label);
          Chunks.read(x, (long) r * classes + label, logit, 1);
          if (share > SMALL) {
            losses[r] = (float) -Math.log(share);
            sums[r] = logit[0] + losses[r];
          } else {
            float[] row = new float[classes];
            Chunks.read(x, (long) r * classes, row, classes);
            double sum = IndexKernels.logSumExp(row, 0, classes);
            sums[r] = (float) sum;
            losses[r] = (float) (sum - logit[0]);
          }
        }
      }
    }
  }

  /** Rows whose shares a cache holds. */
  private static int tile(int classes) {
    return Math.max(1, TILE / classes);
  }

  private static void gradient(KernelCall<None> call) {
    Buffer x = call.input(1);
    int rows = (int) x.shape().dim(0);
    int classes = (int) x.shape().dim(1);
    long[] labels = labels(call.input(3), classes);
    float[] scale = new float[rows];
    float[] sums = new float[rows];
    Chunks.read(call.input(0), 0, scale, rows);
    Chunks.read(call.input(2), 0, sums, rows);
    if (x.size() > FEW) {
      manySlopes(call, labels, scale, sums);
      return;
    }
    Buffer out = call.output(0);
    float[] row = new float[classes];
    for (int r = 0; r < rows; r++) {
      Chunks.read(x, (long) r * classes, row, classes);
      for (int c = 0; c < classes; c++) {
        row[c] = (float) (Math.exp(row[c] - sums[r]) * scale[r]);
      }
      row[(int) labels[r]] -= scale[r];
      Chunks.write(out, (long) r * classes, row, classes);
    }
  }

  private static void manySlopes(
      KernelCall<None> call, long[] labels, float[] scale, float[] sums) {
    Buffer x = call.input(1);
    int classes = (int) x.shape().dim(1);
    int tile = tile(classes);
    OneDnnBackend backend = (OneDnnBackend) call.backend();
    try (Staging staging = new Staging(call)) {
      long source = staging.address(x);
      NativeBlock shift = staging.take((long) scale.length * Float.BYTES);
      NativeBlock factor = staging.take((long) scale.length * Float.BYTES);
      for (int r = 0; r < scale.length; r++) {
        shift.floats().put(r, sums[r]);
        // The library's exponential makes a number of NaN.
        factor.floats().put(r, Float.isFinite(sums[r]) ? scale[r] : Float.NaN);
      }
      long target = staging.output(call, 0);
      for (int from = 0; from < scale.length; from += tile) {
        int rows = Math.min(tile, scale.length - from);
        Desc part = Desc.dense(DType.FLOAT32, rows, classes);
        long start = (long) from * classes * Float.BYTES;
        long at = (long) from * Float.BYTES;
        run(backend, new ByRow(part, true), source + start, shift.address() + at, target + start);
        run(backend, new ByRow(part, false), target + start, factor.address() + at, target + start);
      }
    }
    Buffer out = call.allocated(0);
    if (out == null) {
      throw new IllegalStateException("no output");
    }
    float[] one = new float[1];
    for (int r = 0; r < scale.length; r++) {
      long at = (long) r * classes + labels[r];
      Chunks.read(out, at, one, 1);
      one[0] -= scale[r];
      Chunks.write(out, at, one, 1);
    }
  }

  private static void run(OneDnnBackend backend, ByRow key, long x, long perRow, long target) {
    backend.cache().get(key, k -> create(backend, k)).run(x, perRow, target);
  }

  /**
   * Rows and one number for each.
   *
   * @param exponential {@code exp(x - number)}, else {@code x * number}
   */
  private record ByRow(Desc x, boolean exponential) {}

  private static Compiled create(OneDnnBackend backend, ByRow key) {
    dnnl_primitive_desc pd = new dnnl_primitive_desc();
    try (Attributes attributes = new Attributes()) {
      if (key.exponential()) {
        attributes.eltwise(dnnl_eltwise_exp, 0, 0);
      }
      Dnnl.check(
          dnnl_binary_primitive_desc_create(
              pd,
              Dnnl.engine(),
              key.exponential() ? dnnl_binary_sub : dnnl_binary_mul,
              key.x().create(),
              Desc.dense(DType.FLOAT32, key.x().dims()[0], 1).create(),
              key.x().create(),
              attributes.get()),
          "describing " + key);
    }
    return new Compiled(backend.pool(), pd, DNNL_ARG_SRC_0, DNNL_ARG_SRC_1, DNNL_ARG_DST);
  }
}
