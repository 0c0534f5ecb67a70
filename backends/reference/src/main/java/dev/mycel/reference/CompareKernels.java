package dev.mycel.reference;

import dev.mycel.core.None;
import dev.mycel.core.Primitive;
import dev.mycel.core.Prims;
import dev.mycel.core.spi.Access;
import dev.mycel.core.spi.Buffer;
import dev.mycel.core.spi.KernelCall;
import dev.mycel.core.spi.KernelTable;

/** Comparisons, and the choice that follows one. */
final class CompareKernels {
  private static final String NOTE = "all types, exactly";

  private CompareKernels() {}

  static void register(KernelTable t) {
    put(t, Prims.EQ, (x, y) -> x == y, (x, y) -> x == y);
    put(t, Prims.NE, (x, y) -> x != y, (x, y) -> x != y);
    put(t, Prims.LT, (x, y) -> x < y, (x, y) -> x < y);
    put(t, Prims.LE, (x, y) -> x <= y, (x, y) -> x <= y);
    put(t, Prims.GT, (x, y) -> x > y, (x, y) -> x > y);
    put(t, Prims.GE, (x, y) -> x >= y, (x, y) -> x >= y);
    t.put(Prims.SELECT, Access.STRIDED, NOTE, CompareKernels::select);
  }

  private static void put(
      KernelTable t, Primitive<None> p, Elementwise.DoubleTest2 f, Elementwise.LongTest2 g) {
    t.put(
        p,
        Access.STRIDED,
        NOTE,
        call -> {
          if (Elementwise.isFloat(call)) {
            Elementwise.test2(call, f);
          } else {
            Elementwise.test2Longs(call, g);
          }
        });
  }

  private static void select(KernelCall<None> call) {
    Buffer condition = call.input(0);
    Buffer x = call.input(1);
    Buffer y = call.input(2);
    Buffer out = call.output(0);
    long[] flags = new long[Elementwise.scratch(condition)];
    Rows rows = Rows.over(out.shape(), condition.layout(), x.layout(), y.layout());
    while (rows.next()) {
      int n = rows.count();
      int to = rows.position();
      Elements.load(condition, rows.at(0), rows.stride(0), flags, n);
      Raw.copy(y.array(), rows.at(2), rows.stride(2), out.array(), to, 1, n);
      Raw.overwrite(flags, x.array(), rows.at(1), rows.stride(1), out.array(), to, n);
    }
  }
}
