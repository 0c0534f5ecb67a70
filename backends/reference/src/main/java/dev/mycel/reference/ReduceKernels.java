package dev.mycel.reference;

import dev.mycel.core.Attrs;
import dev.mycel.core.DType;
import dev.mycel.core.Layout;
import dev.mycel.core.Primitive;
import dev.mycel.core.Prims;
import dev.mycel.core.spi.Access;
import dev.mycel.core.spi.Buffer;
import dev.mycel.core.spi.KernelCall;
import dev.mycel.core.spi.KernelTable;
import java.util.function.Supplier;

/** Sums, products and extremes over axes. */
final class ReduceKernels {
  private static final String NOTE = "accumulates in double or long, rounded once";

  private ReduceKernels() {}

  static void register(KernelTable t) {
    put(t, Prims.REDUCE_SUM, Fold.Sum::new, () -> new Fold.OfLongs(0, Long::sum));
    put(
        t,
        Prims.REDUCE_PROD,
        () -> new Fold.OfDoubles(1, (x, y) -> x * y),
        () -> new Fold.OfLongs(1, (x, y) -> x * y));
    put(
        t,
        Prims.REDUCE_MAX,
        () -> new Fold.OfDoubles(Double.NEGATIVE_INFINITY, Math::max),
        () -> new Fold.OfLongs(Long.MIN_VALUE, Math::max));
    put(
        t,
        Prims.REDUCE_MIN,
        () -> new Fold.OfDoubles(Double.POSITIVE_INFINITY, Math::min),
        () -> new Fold.OfLongs(Long.MAX_VALUE, Math::min));
  }

  private static void put(
      KernelTable t, Primitive<Attrs.Axes> p, Supplier<Fold> floats, Supplier<Fold> integers) {
    t.put(
        p,
        Access.STRIDED,
        NOTE,
        call -> {
          DType dtype = call.input(0).dtype();
          reduce(call, dtype.isFloat() ? floats.get() : integers.get());
        });
  }

  private static void reduce(KernelCall<Attrs.Axes> call, Fold fold) {
    Buffer x = call.input(0);
    Buffer out = call.output(0);
    int[] gone = call.attrs().axes();
    int[] kept = others(x.shape().rank(), gone);
    Layout results = Views.axes(x.layout(), x.layout().offset(), kept);
    Layout terms = Views.axes(x.layout(), 0, gone);
    Rows outer = Rows.over(results.shape(), results);
    Rows inner = Rows.over(terms.shape(), terms);
    // Walk along whichever direction has its elements closer together.
    boolean across = outer.rowLength() > 1 && Math.abs(outer.stride(0)) < Math.abs(inner.stride(0));
    while (outer.next()) {
      if (across) {
        across(x, out, outer, inner, fold);
      } else {
        along(x, out, outer, inner, fold);
      }
    }
  }

  private static void across(Buffer x, Buffer out, Rows outer, Rows inner, Fold fold) {
    int n = outer.count();
    fold.reset(n);
    inner.rewind();
    while (inner.next()) {
      for (int i = 0; i < inner.count(); i++) {
        int at = outer.at(0) + inner.at(0) + i * inner.stride(0);
        fold.across(x, at, outer.stride(0), n);
      }
    }
    fold.store(out, outer.position(), n);
  }

  private static void along(Buffer x, Buffer out, Rows outer, Rows inner, Fold fold) {
    for (int i = 0; i < outer.count(); i++) {
      int at = outer.at(0) + i * outer.stride(0);
      fold.reset(1);
      inner.rewind();
      while (inner.next()) {
        fold.along(x, at + inner.at(0), inner.stride(0), inner.count());
      }
      fold.store(out, outer.position() + i, 1);
    }
  }

  private static int[] others(int rank, int[] axes) {
    int[] rest = new int[rank - axes.length];
    int k = 0;
    int j = 0;
    for (int i = 0; i < rank; i++) {
      if (j < axes.length && axes[j] == i) {
        j++;
      } else {
        rest[k++] = i;
      }
    }
    return rest;
  }
}
