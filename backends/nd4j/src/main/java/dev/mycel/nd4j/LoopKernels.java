package dev.mycel.nd4j;

import dev.mycel.core.DType;
import dev.mycel.core.None;
import dev.mycel.core.Primitive;
import dev.mycel.core.Prims;
import dev.mycel.core.TableMath;
import dev.mycel.core.spi.Access;
import dev.mycel.core.spi.Buffer;
import dev.mycel.core.spi.KernelCall;
import dev.mycel.core.spi.KernelTable;
import org.jspecify.annotations.Nullable;

/**
 * Functions of one input that ND4J computes too roughly, in Java: its expm1 and log1p lose the
 * digits that they are for.
 */
final class LoopKernels {
  /** Elements that are copied to the Java heap at a time: they stay in the first-level cache. */
  private static final int BLOCK = 2048;

  /** Elements that a thread takes at a time. */
  private static final int PIECE = 8 * BLOCK;

  private LoopKernels() {}

  /** Computes the first n elements of an array in place. */
  private interface Loop {
    void run(double[] elements, int n);
  }

  static void register(KernelTable table) {
    put(table, Prims.EXPM1, TableMath::expm1, LoopKernels::expm1);
    put(table, Prims.LOG1P, TableMath::log1p, LoopKernels::log1p);
  }

  private static void put(KernelTable table, Primitive<None> p, Loop forFloats, Loop forDoubles) {
    table.put(
        p,
        Access.STRIDED,
        "loops in parallel, float32 and float64 of some size",
        call -> {
          Buffer x = call.input(0);
          return Kernels.wide(x.dtype()) && x.size() > Kernels.SMALL && x.layout().isDense();
        },
        call -> run(call, call.input(0).dtype() == DType.FLOAT32 ? forFloats : forDoubles));
  }

  private static void expm1(double[] x, int n) {
    for (int i = 0; i < n; i++) {
      x[i] = Math.expm1(x[i]);
    }
  }

  private static void log1p(double[] x, int n) {
    for (int i = 0; i < n; i++) {
      x[i] = Math.log1p(x[i]);
    }
  }

  private static void run(KernelCall<None> call, Loop loop) {
    Buffer x = call.input(0);
    int width = x.dtype().bytes();
    long from = NativeStorage.address(x);
    long to = NativeStorage.address(call.output(0, Kernels.like(x)));
    Team.run(
        Kernels.backend(call),
        x.size(),
        PIECE,
        (first, end) -> {
          double[] wide = new double[BLOCK];
          float @Nullable [] floats = x.dtype() == DType.FLOAT32 ? new float[BLOCK] : null;
          for (long at = first; at < end; at += BLOCK) {
            int n = (int) Math.min(BLOCK, end - at);
            if (floats == null) {
              Memory.read(from + at * width, width, wide, 0, n);
              loop.run(wide, n);
              Memory.write(to + at * width, width, wide, 0, n);
            } else {
              Memory.read(from + at * width, width, floats, 0, n);
              TableMath.widen(floats, wide, n);
              loop.run(wide, n);
              TableMath.narrow(wide, floats, n);
              Memory.write(to + at * width, width, floats, 0, n);
            }
          }
        });
  }
}
