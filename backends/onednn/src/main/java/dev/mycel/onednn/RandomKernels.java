package dev.mycel.onednn;

import dev.mycel.core.Attrs;
import dev.mycel.core.DType;
import dev.mycel.core.Philox;
import dev.mycel.core.Prims;
import dev.mycel.core.spi.Access;
import dev.mycel.core.spi.Buffer;
import dev.mycel.core.spi.KernelCall;
import dev.mycel.core.spi.KernelTable;

/** Random numbers with the very bits of {@link Philox}, a stretch per thread at a time. */
final class RandomKernels {
  /** Elements that a thread takes at a time, a multiple of all stretches. */
  private static final int PIECE = 1 << 14;

  /** Normal doubles come at some 50 ns each. */
  private static final int SLOW_PIECE = 1 << 10;

  private RandomKernels() {}

  /** Draws and writes elements {@code at} to {@code at + n - 1}. */
  private interface Stretch {
    void run(PhiloxBlocks blocks, long at, int n);
  }

  static void register(KernelTable table) {
    table.put(
        Prims.RANDOM_BITS,
        Access.STRIDED,
        "vector loops, int32",
        call -> call.attrs().dtype() == DType.INT32,
        RandomKernels::bits);
    table.put(
        Prims.RANDOM_UNIFORM,
        Access.STRIDED,
        "vector loops, floats",
        call -> call.attrs().dtype().isFloat(),
        call -> {
          if (call.attrs().dtype() == DType.FLOAT64) {
            uniformDoubles(call);
          } else {
            uniform(call);
          }
        });
    table.put(
        Prims.RANDOM_NORMAL,
        Access.STRIDED,
        "in parallel, floats",
        call -> call.attrs().dtype().isFloat(),
        call -> {
          if (call.attrs().dtype() == DType.FLOAT64) {
            normalDoubles(call);
          } else {
            normal(call);
          }
        });
  }

  private static void inStretches(long size, int piece, int length, Stretch stretch) {
    Team.run(
        size,
        piece,
        (from, to) -> {
          PhiloxBlocks blocks = PhiloxBlocks.own();
          for (long at = from; at < to; at += length) {
            stretch.run(blocks, at, (int) Math.min(length, to - at));
          }
        });
  }

  private static void bits(KernelCall<Attrs.Draw> call) {
    Attrs.Draw a = call.attrs();
    Buffer out = call.output(0);
    inStretches(
        out.size(),
        PIECE,
        PhiloxBlocks.SIZE,
        (blocks, at, n) -> {
          blocks.draw(a.key(), a.counter(), at, n);
          Chunks.write(out, at, blocks.words, 0, n);
        });
  }

  /** As many upper bits as the type holds exactly, so that nothing is rounded up to 1. */
  private static void uniform(KernelCall<Attrs.Draw> call) {
    Attrs.Draw a = call.attrs();
    Buffer out = call.output(0);
    int digits =
        switch (a.dtype()) {
          case FLOAT16 -> 11;
          case BFLOAT16 -> 8;
          default -> 24;
        };
    float unit = Math.scalb(1f, -digits);
    inStretches(
        out.size(),
        PIECE,
        PhiloxBlocks.SIZE,
        (blocks, at, n) -> {
          blocks.draw(a.key(), a.counter(), at, n);
          fractions(blocks.words, Integer.SIZE - digits, unit, blocks.floats, n);
          Chunks.writeNarrow(out, at, blocks.floats, blocks.narrow, n);
        });
  }

  private static void fractions(int[] words, int shift, float unit, float[] out, int n) {
    for (int i = 0; i < n; i++) {
      out[i] = (words[i] >>> shift) * unit;
    }
  }

  private static void uniformDoubles(KernelCall<Attrs.Draw> call) {
    Attrs.Draw a = call.attrs();
    Buffer out = call.output(0);
    inStretches(
        out.size(),
        PIECE,
        PhiloxBlocks.SIZE / 2,
        (blocks, at, n) -> {
          blocks.draw(a.key(), a.counter(), 2 * at, 2 * n);
          double[] drawn = new double[n];
          int[] words = blocks.words;
          for (int i = 0; i < n; i++) {
            long upper = Integer.toUnsignedLong(words[2 * i] >>> 5);
            int lower = words[2 * i + 1] >>> 6;
            drawn[i] = ((upper << 26) + lower) * 0x1p-53;
          }
          Chunks.write(out, at, drawn, 0, n);
        });
  }

  private static void normal(KernelCall<Attrs.Draw> call) {
    Attrs.Draw a = call.attrs();
    Buffer out = call.output(0);
    inStretches(
        out.size(),
        PIECE,
        PhiloxBlocks.SIZE,
        (blocks, at, n) -> {
          blocks.draw(a.key(), a.counter(), at, n);
          Philox.normal(blocks.words, blocks.floats, n);
          Chunks.writeNarrow(out, at, blocks.floats, blocks.narrow, n);
        });
  }

  private static void normalDoubles(KernelCall<Attrs.Draw> call) {
    Attrs.Draw a = call.attrs();
    Buffer out = call.output(0);
    inStretches(
        out.size(),
        SLOW_PIECE,
        SLOW_PIECE,
        (blocks, at, n) -> {
          double[] drawn = new double[n];
          Philox.normal(a.key(), a.counter(), at, drawn);
          Chunks.write(out, at, drawn, 0, n);
        });
  }
}
