package dev.mycel.reference;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Attrs;
import dev.mycel.core.Layout;
import dev.mycel.core.Messages;
import dev.mycel.core.Prims;
import dev.mycel.core.Shape;
import dev.mycel.core.spi.Access;
import dev.mycel.core.spi.Buffer;
import dev.mycel.core.spi.HeapStorage;
import dev.mycel.core.spi.KernelCall;
import dev.mycel.core.spi.KernelTable;
import java.util.Arrays;

/**
 * Pooling, one channel of one batch entry at a time. A window that lies wholly in the padding has
 * the least value of the type as its maximum (place 0, which is then outside the input: gradients
 * skip it) and 0 as its average.
 */
final class PoolKernels {
  private static final String NOTE = "1 to 3 spatial axes, first place among equals, NaN wins";

  private PoolKernels() {}

  static void register(KernelTable t) {
    t.put(Prims.MAX_POOL, Access.STRIDED, NOTE, PoolKernels::maxPool);
    t.put(Prims.MAX_POOL_GATHER, Access.STRIDED, NOTE, PoolKernels::gather);
    t.put(Prims.MAX_POOL_SCATTER, Access.STRIDED, "accumulates in double", PoolKernels::scatter);
    t.put(Prims.AVG_POOL, Access.STRIDED, "accumulates in double", PoolKernels::avgPool);
    t.put(Prims.AVG_POOL_GRAD, Access.STRIDED, "accumulates in double", PoolKernels::avgPoolGrad);
  }

  private static int channels(Shape shape) {
    return Views.size(shape, 0, 2);
  }

  /** Layout of channel number {@code c}, counted through batch and channels. */
  private static Layout channel(Buffer x, int c) {
    Layout l = x.layout();
    long per = l.shape().dim(1);
    long offset = l.offset() + c / per * l.stride(0) + c % per * l.stride(1);
    return Views.range(l, offset, 2, l.shape().rank());
  }

  /** Channel number {@code c}, copied row-major. */
  private static Buffer dense(Buffer x, int c) {
    Layout layout = channel(x, c);
    Buffer copy =
        new Buffer(
            HeapStorage.allocate(x.dtype(), layout.shape().size()),
            Layout.contiguous(layout.shape()));
    MovementKernels.copy(x, layout, copy);
    return copy;
  }

  private static void maxPool(KernelCall<Attrs.Window> call) {
    Buffer x = call.input(0);
    Buffer values = call.output(0);
    Buffer places = call.output(1);
    Windows windows = Windows.of(call.attrs(), x.shape(), values.shape());
    int n = windows.outSize();
    long[] keys = new long[windows.inSize()];
    double[] scratch = new double[keys.length];
    int[] winner = new int[n];
    long[] place = new long[n];
    MovementKernels.fillLeast(values);
    for (int c = 0; values.size() > 0 && c < channels(x.shape()); c++) {
      Buffer plane = dense(x, c);
      Keys.load(plane, 0, 1, keys, scratch, keys.length, true);
      findMaxima(windows, keys, winner, place);
      Raw.gather(plane.array(), 0, 1, winner, values.array(), c * n, 1, n);
      Elements.store(places, c * n, 1, place, n);
    }
  }

  /** Spans ascend by window position, so a later element must be larger to win. */
  private static void findMaxima(Windows windows, long[] keys, int[] winner, long[] place) {
    Arrays.fill(winner, -1);
    Arrays.fill(place, 0);
    int step = windows.step();
    for (int s = 0; s < windows.spanCount(); s++) {
      int to = windows.to(s);
      int from = windows.from(s);
      for (int i = 0; i < windows.length(s); i++) {
        int best = winner[to + i];
        int here = from + i * step;
        if (best < 0 || keys[here] > keys[best]) {
          winner[to + i] = here;
          place[to + i] = windows.tap(s);
        }
      }
    }
  }

  /** The input elements, within a channel, that places name; -1 outside the input. */
  private static int[] elements(String op, Windows windows, Buffer places, int channel) {
    long[] taps = Elements.longs(places, channel(places, channel));
    int[] elements = new int[taps.length];
    for (int i = 0; i < taps.length; i++) {
      if (taps[i] < 0 || taps[i] >= windows.windowSize()) {
        throw new ArgumentException(
            Messages.of(op + ": place " + taps[i] + " is not in the window")
                .line("window", windows.windowSize() + " elements")
                .hint("places must come from max_pool with the same window")
                .text());
      }
      elements[i] = windows.element(i, (int) taps[i]);
    }
    return elements;
  }

  private static void gather(KernelCall<Attrs.Window> call) {
    Buffer x = call.input(0);
    Buffer out = call.output(0);
    Windows windows = Windows.of(call.attrs(), x.shape(), out.shape());
    int n = windows.outSize();
    for (int c = 0; out.size() > 0 && c < channels(x.shape()); c++) {
      int[] from = elements("max_pool_gather", windows, call.input(1), c);
      Raw.gather(dense(x, c).array(), 0, 1, from, out.array(), c * n, 1, n);
    }
  }

  private static void scatter(KernelCall<Attrs.WindowGrad> call) {
    Buffer dy = call.input(0);
    Buffer out = call.output(0);
    if (dy.size() == 0) {
      return;
    }
    Windows windows = Windows.of(call.attrs().window(), out.shape(), dy.shape());
    int n = windows.inSize();
    for (int c = 0; c < channels(out.shape()); c++) {
      int[] to = elements("max_pool_scatter", windows, call.input(1), c);
      Sums sums = Sums.of(out.dtype(), n);
      sums.add(dy, channel(dy, c), to);
      sums.store(out, c * n);
    }
  }

  /** What each window's sum is divided by. */
  private static double[] divisors(Windows windows, boolean countPadding) {
    double[] counts = new double[windows.outSize()];
    if (countPadding) {
      Arrays.fill(counts, windows.windowSize());
      return counts;
    }
    for (int s = 0; s < windows.spanCount(); s++) {
      for (int i = 0; i < windows.length(s); i++) {
        counts[windows.to(s) + i]++;
      }
    }
    for (int i = 0; i < counts.length; i++) {
      counts[i] = Math.max(counts[i], 1);
    }
    return counts;
  }

  private static void avgPool(KernelCall<Attrs.Window> call) {
    Buffer x = call.input(0);
    Buffer out = call.output(0);
    Windows windows = Windows.of(call.attrs(), x.shape(), out.shape());
    double[] divisors = divisors(windows, call.attrs().countPadding());
    int n = windows.outSize();
    double[] sums = new double[n];
    for (int c = 0; out.size() > 0 && c < channels(x.shape()); c++) {
      double[] plane = Elements.doubles(x, channel(x, c));
      Arrays.fill(sums, 0);
      for (int s = 0; s < windows.spanCount(); s++) {
        int from = windows.from(s);
        Dense.axpy(1, plane, from, windows.step(), sums, windows.to(s), 1, windows.length(s));
      }
      for (int i = 0; i < n; i++) {
        sums[i] /= divisors[i];
      }
      Elements.store(out, c * n, 1, sums, n);
    }
  }

  private static void avgPoolGrad(KernelCall<Attrs.WindowGrad> call) {
    Buffer dy = call.input(0);
    Buffer out = call.output(0);
    if (dy.size() == 0) {
      return;
    }
    Attrs.Window window = call.attrs().window();
    Windows windows = Windows.of(window, out.shape(), dy.shape());
    double[] divisors = divisors(windows, window.countPadding());
    int n = windows.inSize();
    double[] sums = new double[n];
    for (int c = 0; c < channels(out.shape()); c++) {
      double[] plane = Elements.doubles(dy, channel(dy, c));
      for (int i = 0; i < plane.length; i++) {
        plane[i] /= divisors[i];
      }
      Arrays.fill(sums, 0);
      for (int s = 0; s < windows.spanCount(); s++) {
        int to = windows.from(s);
        Dense.axpy(1, plane, windows.to(s), 1, sums, to, windows.step(), windows.length(s));
      }
      Elements.store(out, c * n, 1, sums, n);
    }
  }
}
