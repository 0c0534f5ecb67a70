package dev.mycel.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_exp;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.DType;
import dev.mycel.core.Messages;
import dev.mycel.core.None;
import dev.mycel.core.Prims;
import dev.mycel.core.spi.Access;
import dev.mycel.core.spi.Buffer;
import dev.mycel.core.spi.KernelCall;
import dev.mycel.core.spi.KernelTable;

/**
 * Softmax and cross entropy of class labels in one, with its gradient. Few elements are computed in
 * Java; of many, the exponentials are the library's, and only the sum's logarithm is ours, because
 * the library's logarithm is not accurate enough near one.
 */
final class CrossEntropyKernels {
  /** Up to so many elements the exponential in Java costs less than calls of the library. */
  private static final int FEW = 1 << 16;

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
        call -> takes(call.input(1)) && call.input(0).dtype() == DType.FLOAT32,
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
    Buffer loss = call.output(0);
    Buffer logp = call.output(1);
    if (x.size() <= FEW) {
      few(x, labels, loss, logp, classes);
      return;
    }
    float[] losses = new float[rows];
    OneDnnBackend backend = (OneDnnBackend) call.backend();
    try (Staging staging = new Staging(call)) {
      NativeBlock softmax = staging.take(x.size() * Float.BYTES);
      SoftmaxKernels.rows(backend, Desc.of(x), staging.address(x), softmax.address());
      Team.run(
          rows,
          IndexKernels.grain(classes),
          (from, to) -> {
            float[] row = new float[classes];
            for (long r = from; r < to; r++) {
              Chunks.read(x, r * classes, row, classes);
              int top = largest(row);
              float share = softmax.floats().get((int) (r * classes + top));
              IndexKernels.subtract(row, 0, classes, row[top] - Math.log(share));
              losses[(int) r] = -row[(int) labels[(int) r]];
              Chunks.write(logp, r * classes, row, classes);
            }
          });
    }
    Chunks.write(loss, 0, losses, rows);
  }

  /** Where the largest element is: its share of the sum has an accurate logarithm. */
  private static int largest(float[] row) {
    int top = 0;
    for (int i = 1; i < row.length; i++) {
      if (row[i] > row[top]) {
        top = i;
      }
    }
    return top;
  }

  private static void few(Buffer x, long[] labels, Buffer loss, Buffer logp, int classes) {
    float[] data = new float[labels.length * classes];
    Chunks.read(x, 0, data, data.length);
    float[] losses = new float[labels.length];
    for (int r = 0; r < labels.length; r++) {
      int at = r * classes;
      IndexKernels.subtract(data, at, classes, IndexKernels.logSumExp(data, at, classes));
      losses[r] = -data[at + (int) labels[r]];
    }
    Chunks.write(loss, 0, losses, losses.length);
    Chunks.write(logp, 0, data, data.length);
  }

  private static void gradient(KernelCall<None> call) {
    Buffer logp = call.input(1);
    int rows = (int) logp.shape().dim(0);
    int classes = (int) logp.shape().dim(1);
    long[] labels = labels(call.input(2), classes);
    float[] scale = new float[rows];
    Chunks.read(call.input(0), 0, scale, rows);
    Buffer out = call.output(0);
    boolean many = logp.size() > FEW;
    if (many) {
      try (Staging staging = new Staging(call)) {
        ElementwiseKernels.apply(
            (OneDnnBackend) call.backend(),
            dnnl_eltwise_exp,
            logp.size(),
            staging.address(logp),
            staging.address(out));
      }
    }
    Team.run(
        rows,
        IndexKernels.grain(classes),
        (from, to) -> {
          float[] row = new float[classes];
          for (long r = from; r < to; r++) {
            Chunks.read(many ? out : logp, r * classes, row, classes);
            float s = many ? orNaN(scale[(int) r], logp, r * classes) : scale[(int) r];
            for (int c = 0; c < classes; c++) {
              row[c] = many ? row[c] * s : (float) (Math.exp(row[c]) * s);
            }
            row[(int) labels[(int) r]] -= s;
            Chunks.write(out, r * classes, row, classes);
          }
        });
  }

  /** The library's exponential passes over NaN, of which a row has none or only such. */
  private static float orNaN(float scale, Buffer logp, long at) {
    float[] first = new float[1];
    Chunks.read(logp, at, first, 1);
    return Float.isNaN(first[0]) ? Float.NaN : scale;
  }
}
