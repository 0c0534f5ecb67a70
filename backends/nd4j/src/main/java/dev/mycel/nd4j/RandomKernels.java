package dev.mycel.nd4j;

import dev.mycel.core.Attrs;
import dev.mycel.core.DType;
import dev.mycel.core.Philox;
import dev.mycel.core.Primitive;
import dev.mycel.core.Prims;
import dev.mycel.core.spi.Access;
import dev.mycel.core.spi.KernelCall;
import dev.mycel.core.spi.KernelTable;
import java.util.function.IntFunction;

/** Random numbers with the very bits of {@link Philox}, a block per thread at a time. */
final class RandomKernels {
  /** Elements of a block, a multiple of all of Philox's. */
  private static final int BLOCK = 4096;

  private RandomKernels() {}

  /** Draws the elements from {@code first} on that fill an array. */
  private interface Draws<T> {
    void draw(long key, long counter, long first, T out);
  }

  static void register(KernelTable table) {
    put(table, Prims.RANDOM_BITS, DType.INT32, int[]::new, Philox::bits);
    put(table, Prims.RANDOM_UNIFORM, DType.FLOAT32, float[]::new, Philox::uniform);
    put(table, Prims.RANDOM_UNIFORM, DType.FLOAT64, double[]::new, Philox::uniform);
    put(table, Prims.RANDOM_NORMAL, DType.FLOAT32, float[]::new, Philox::normal);
    put(table, Prims.RANDOM_NORMAL, DType.FLOAT64, double[]::new, Philox::normal);
  }

  private static <T> void put(
      KernelTable table, Primitive<Attrs.Draw> p, DType t, IntFunction<T> array, Draws<T> draws) {
    table.put(
        p,
        Access.STRIDED,
        "loops in parallel, " + t + " of some size",
        call -> call.attrs().dtype() == t && call.outputType(0).shape().size() > Kernels.SMALL,
        call -> run(call, array, draws));
  }

  private static <T> void run(KernelCall<Attrs.Draw> call, IntFunction<T> array, Draws<T> draws) {
    Attrs.Draw a = call.attrs();
    int width = a.dtype().bytes();
    long to = Kernels.output(call, 0);
    Team.run(
        Kernels.backend(call),
        call.outputType(0).shape().size(),
        BLOCK,
        (from, end) -> {
          int n = (int) (end - from);
          T block = array.apply(n);
          draws.draw(a.key(), a.counter(), from, block);
          Memory.write(to + from * width, width, block, 0, n);
        });
  }
}
