package dev.mycel.reference;

import dev.mycel.core.Attrs;
import dev.mycel.core.Layout;
import dev.mycel.core.Prims;
import dev.mycel.core.spi.Access;
import dev.mycel.core.spi.Buffer;
import dev.mycel.core.spi.KernelCall;
import dev.mycel.core.spi.KernelTable;

/** Kernels that treat each line along one axis on its own: arg-extremes, running sums, sorting. */
final class LineKernels {
  private LineKernels() {}

  static void register(KernelTable t) {
    String note = "all types, first index among equals, NaN wins";
    t.put(Prims.ARGMAX, Access.STRIDED, note, call -> argExtreme(call, true));
    t.put(Prims.ARGMIN, Access.STRIDED, note, call -> argExtreme(call, false));
    t.put(Prims.CUMSUM, Access.STRIDED, "accumulates in double or long", LineKernels::cumsum);
    t.put(Prims.SORT, Access.STRIDED, "stable, NaN largest", LineKernels::sort);
  }

  /** What is done with one line of n elements. */
  @FunctionalInterface
  private interface Line {
    /**
     * Called once per line.
     *
     * @param number row-major number of the line
     * @param at storage index of its first element; the others follow at the axis's stride
     */
    void accept(int number, int at);
  }

  private static void each(Buffer x, int axis, Line action) {
    Layout heads = Views.without(x.layout(), axis);
    Rows rows = Rows.over(heads.shape(), heads);
    while (rows.next()) {
      for (int i = 0; i < rows.count(); i++) {
        action.accept(rows.position() + i, rows.at(0) + i * rows.stride(0));
      }
    }
  }

  private static int extent(Buffer x, int axis) {
    return Math.toIntExact(x.shape().dim(axis));
  }

  private static int stride(Buffer x, int axis) {
    return x.size() == 0 ? 1 : Math.toIntExact(x.layout().stride(axis));
  }

  private static void argExtreme(KernelCall<Attrs.Axis> call, boolean largest) {
    Buffer x = call.input(0);
    int axis = call.attrs().axis();
    int n = extent(x, axis);
    int stride = stride(x, axis);
    long[] out = (long[]) call.output(0).array();
    if (out.length == 0) {
      return;
    }
    long[] keys = new long[n];
    double[] scratch = new double[n];
    each(
        x,
        axis,
        (number, at) -> {
          Keys.load(x, at, stride, keys, scratch, n, largest);
          int best = 0;
          for (int i = 1; i < n; i++) {
            if (largest ? keys[i] > keys[best] : keys[i] < keys[best]) {
              best = i;
            }
          }
          out[number] = best;
        });
  }

  private static void cumsum(KernelCall<Attrs.Scan> call) {
    Attrs.Scan a = call.attrs();
    Buffer x = call.input(0);
    Buffer out = call.output(0);
    int n = extent(x, a.axis());
    int stride = stride(x, a.axis());
    int inner = Views.size(x.shape(), a.axis() + 1, x.shape().rank());
    if (x.size() == 0) {
      return;
    }
    if (x.dtype().isFloat()) {
      double[] line = new double[n];
      each(
          x,
          a.axis(),
          (number, at) -> {
            Elements.load(x, at, stride, line, n);
            scan(line, n, a);
            Elements.store(out, head(number, inner, n), inner, line, n);
          });
    } else {
      long[] line = new long[n];
      each(
          x,
          a.axis(),
          (number, at) -> {
            Elements.load(x, at, stride, line, n);
            scan(line, n, a);
            Elements.store(out, head(number, inner, n), inner, line, n);
          });
    }
  }

  /** Where a line starts in a row-major tensor with {@code inner} elements after the axis. */
  private static int head(int number, int inner, int n) {
    return number / inner * inner * n + number % inner;
  }

  private static void scan(double[] line, int n, Attrs.Scan a) {
    double sum = 0;
    double lost = 0;
    for (int k = 0; k < n; k++) {
      int i = a.reverse() ? n - 1 - k : k;
      double x = line[i];
      double before = Double.isFinite(lost) ? sum + lost : sum;
      double t = sum + x;
      lost += Math.abs(sum) >= Math.abs(x) ? (sum - t) + x : (x - t) + sum;
      sum = t;
      line[i] = a.exclusive() ? before : Double.isFinite(lost) ? sum + lost : sum;
    }
  }

  private static void scan(long[] line, int n, Attrs.Scan a) {
    long sum = 0;
    for (int k = 0; k < n; k++) {
      int i = a.reverse() ? n - 1 - k : k;
      long before = sum;
      sum += line[i];
      line[i] = a.exclusive() ? before : sum;
    }
  }

  private static void sort(KernelCall<Attrs.Sort> call) {
    Attrs.Sort a = call.attrs();
    Buffer x = call.input(0);
    Buffer values = call.output(0);
    Buffer indices = call.output(1);
    int n = extent(x, a.axis());
    int stride = stride(x, a.axis());
    int inner = Views.size(x.shape(), a.axis() + 1, x.shape().rank());
    if (x.size() == 0) {
      return;
    }
    long[] keys = new long[n];
    double[] scratch = new double[n];
    MergeSort sorter = new MergeSort(n);
    long[] wide = new long[n];
    each(
        x,
        a.axis(),
        (number, at) -> {
          Keys.load(x, at, stride, keys, scratch, n, true);
          if (a.descending()) {
            // The complement turns the order round and keeps equal elements in theirs.
            for (int i = 0; i < n; i++) {
              keys[i] = ~keys[i];
            }
          }
          int[] order = sorter.sort(keys);
          int to = head(number, inner, n);
          Raw.gather(x.array(), at, stride, order, values.array(), to, inner, n);
          for (int i = 0; i < n; i++) {
            wide[i] = order[i];
          }
          Elements.store(indices, to, inner, wide, n);
        });
  }
}
