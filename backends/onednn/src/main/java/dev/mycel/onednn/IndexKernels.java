package dev.mycel.onednn;

import dev.mycel.core.Attrs;
import dev.mycel.core.DType;
import dev.mycel.core.Prims;
import dev.mycel.core.spi.Access;
import dev.mycel.core.spi.Buffer;
import dev.mycel.core.spi.Indices;
import dev.mycel.core.spi.KernelCall;
import dev.mycel.core.spi.KernelTable;

/** Rows by index, and losses that pick one number a row: plain Java over pieces of rows. */
final class IndexKernels {
  private IndexKernels() {}

  static void register(KernelTable table) {
    table.put(Prims.TAKE, Access.CONTIGUOUS, "rows", IndexKernels::takesRows, IndexKernels::take);
    table.put(
        Prims.TAKE_ADD,
        Access.CONTIGUOUS,
        "rows of floats, summed in float32",
        IndexKernels::takesAdd,
        IndexKernels::takeAdd);
    table.put(
        Prims.LOG_SOFTMAX,
        Access.CONTIGUOUS,
        "last axis, float32",
        IndexKernels::takesLogSoftmax,
        IndexKernels::logSoftmax);
  }

  private static boolean takesRows(KernelCall<Attrs.Axis> call) {
    Buffer x = call.input(0);
    return call.attrs().axis() == 0
        && x.shape().rank() >= 2
        && x.size() > 0
        && rowSize(x) <= Integer.MAX_VALUE;
  }

  private static long rowSize(Buffer x) {
    return x.size() / x.shape().dim(0);
  }

  private static void take(KernelCall<Attrs.Axis> call) {
    Buffer x = call.input(0);
    long[] rows = indices("gather", call.input(1), 0, x.shape().dim(0));
    int n = (int) rowSize(x);
    Buffer out = call.output(0);
    Team.run(
        rows.length,
        grain(n),
        (from, to) -> {
          RowCopy copy = new RowCopy(x, out, n);
          for (long i = from; i < to; i++) {
            copy.run(rows[(int) i], i);
          }
        });
  }

  /** Rows that are worth a thread's while. */
  static long grain(int rowSize) {
    return Math.max(1, (1 << 16) / Math.max(rowSize, 1));
  }

  private static boolean takesAdd(KernelCall<Attrs.AxisSize> call) {
    Buffer updates = call.input(0);
    return Desc.computes(updates.dtype())
        && call.attrs().axis() == 0
        && updates.size() > 0
        && updates.shape().rank() > call.input(1).shape().rank()
        && call.outputType(0).shape().size() <= Integer.MAX_VALUE / 8;
  }

  private static void takeAdd(KernelCall<Attrs.AxisSize> call) {
    int extent = (int) call.attrs().size();
    long[] rows = indices("scatterAdd", call.input(1), 0, extent);
    RowSums sums = new RowSums((OneDnnBackend) call.backend(), call.input(0), rows, extent);
    try (Staging staging = new Staging(call)) {
      sums.run(staging, call.output(0));
    }
  }

  /** Indices as long, negative ones counted from the end, all checked. */
  private static long[] indices(String op, Buffer b, int axis, long extent) {
    long[] wide = wide(b);
    for (int i = 0; i < wide.length; i++) {
      wide[i] = Indices.fromFront(op, wide[i], axis, extent);
    }
    return wide;
  }

  /** Integers of any width as long. */
  static long[] wide(Buffer b) {
    int n = (int) b.size();
    long[] wide = new long[n];
    if (b.dtype() == DType.INT64) {
      Chunks.read(b, 0, wide, 0, n);
    } else {
      int[] narrow = new int[n];
      Chunks.read(b, 0, narrow, 0, n);
      for (int i = 0; i < n; i++) {
        wide[i] = narrow[i];
      }
    }
    return wide;
  }

  private static boolean takesLogSoftmax(KernelCall<Attrs.Axis> call) {
    Buffer x = call.input(0);
    return x.dtype() == DType.FLOAT32
        && x.size() > 0
        && x.size() <= 1 << 16
        && call.attrs().axis() == x.shape().rank() - 1;
  }

  private static void logSoftmax(KernelCall<Attrs.Axis> call) {
    Buffer x = call.input(0);
    int n = (int) x.shape().dim(-1);
    float[] data = new float[(int) x.size()];
    Chunks.read(x, 0, data, data.length);
    for (int at = 0; at < data.length; at += n) {
      subtract(data, at, n, logSumExp(data, at, n));
    }
    Chunks.write(call.output(0), 0, data, data.length);
  }

  static void subtract(float[] data, int at, int n, double shift) {
    for (int c = 0; c < n; c++) {
      data[at + c] = (float) (data[at + c] - shift);
    }
  }

  static double logSumExp(float[] data, int at, int count) {
    float max = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < count; i++) {
      max = Math.max(max, data[at + i]);
    }
    double sum = 0;
    for (int i = 0; i < count; i++) {
      sum += Math.exp(data[at + i] - max);
    }
    return max + Math.log(sum);
  }
}
