package dev.mycel.onednn;

import dev.mycel.core.Attrs;
import dev.mycel.core.DType;
import dev.mycel.core.Layout;
import dev.mycel.core.Prims;
import dev.mycel.core.spi.Access;
import dev.mycel.core.spi.Buffer;
import dev.mycel.core.spi.KernelCall;
import dev.mycel.core.spi.KernelTable;

/**
 * Dropout in one pass: words are drawn, compared and used a stretch at a time, and no mask is ever
 * stored. The backward pass draws the same words again.
 */
final class DropoutKernels {
  /** Elements that a thread takes at a time, some 50 us. */
  private static final int PIECE = 1 << 14;

  /** A uniform float has so many values; a threshold among them decides as its comparison does. */
  private static final int LEVELS = 1 << 24;

  private DropoutKernels() {}

  /** Which words keep an element, and by what it is multiplied then. */
  private record Rule(long key, long counter, int threshold, float scale) {
    static Rule of(Attrs.Dropout d) {
      // The float nearest to the probability is compared; times 2^24 it is still exact.
      float p = (float) d.probability();
      int threshold = p < 1 ? (int) Math.ceil(Math.max(p, 0) * LEVELS) : LEVELS;
      double scale = d.probability() < 1 ? 1 / (1 - d.probability()) : 0;
      return new Rule(d.key(), d.counter(), threshold, (float) scale);
    }
  }

  static void register(KernelTable table) {
    table.put(
        Prims.DROPOUT,
        Access.STRIDED,
        "one pass, without gaps",
        call -> Desc.computes(call.input(0).dtype()) && keepsLayout(call.input(0)),
        DropoutKernels::run);
    table.put(
        Prims.DROPOUT,
        Access.CONTIGUOUS,
        "one pass",
        call -> Desc.computes(call.input(0).dtype()),
        DropoutKernels::run);
  }

  private static boolean keepsLayout(Buffer x) {
    return !x.isHeap() && x.layout().isDense() && Layouts.isPositive(x.layout());
  }

  private static void run(KernelCall<Attrs.Dropout> call) {
    Buffer x = call.input(0);
    Rule rule = Rule.of(call.attrs());
    if (x.layout().isContiguous()) {
      drop(rule, x, call.output(0));
    } else {
      reordered(call, rule, x);
    }
  }

  /** Words are numbered row-major, whatever the order of the axes in memory. */
  private static void reordered(KernelCall<Attrs.Dropout> call, Rule rule, Buffer x) {
    OneDnnBackend backend = (OneDnnBackend) call.backend();
    Layout layout = Layouts.like(x.layout());
    NativeStorage storage = backend.allocateNative(x.dtype(), x.size());
    try (Staging staging = new Staging(call)) {
      Buffer rows = new Buffer(storage, Layout.contiguous(x.shape()));
      Reorder reorder = backend.reorder();
      reorder.run(Desc.of(x), staging.address(x), Desc.of(rows), storage.address());
      drop(rule, rows, rows);
      long target = staging.output(call, 0, layout);
      reorder.run(Desc.of(rows), storage.address(), Desc.of(x.dtype(), layout), target);
    } finally {
      storage.release();
    }
  }

  private static void drop(Rule rule, Buffer x, Buffer out) {
    boolean asBits = x.dtype() == DType.FLOAT32 && !out.isHeap();
    Team.run(
        x.size(),
        PIECE,
        (from, to) -> {
          PhiloxBlocks blocks = PhiloxBlocks.own();
          for (long at = from; at < to; at += PhiloxBlocks.SIZE) {
            int n = (int) Math.min(PhiloxBlocks.SIZE, to - at);
            blocks.draw(rule.key(), rule.counter(), at, n);
            if (asBits) {
              dropBits(rule, blocks, x, out, at, n);
            } else {
              dropNumbers(rule, blocks, x, out, at, n);
            }
          }
        });
  }

  /** The numbers pass through memory to become bits, which loops can mask in vectors. */
  private static void dropBits(
      Rule rule, PhiloxBlocks blocks, Buffer x, Buffer out, long at, int n) {
    Chunks.read(x, at, blocks.floats, n);
    scale(blocks.floats, rule.scale(), n);
    Chunks.write(out, at, blocks.floats, n);
    Chunks.read(out, at, blocks.bits, 0, n);
    mask(blocks.bits, blocks.words, rule.threshold(), n);
    Chunks.write(out, at, blocks.bits, 0, n);
  }

  private static void scale(float[] x, float by, int n) {
    for (int i = 0; i < n; i++) {
      x[i] *= by;
    }
  }

  private static void mask(int[] bits, int[] words, int threshold, int n) {
    for (int i = 0; i < n; i++) {
      bits[i] &= kept(words[i], threshold);
    }
  }

  /** All bits if the word's uniform number reaches the threshold, else none. */
  private static int kept(int word, int threshold) {
    return threshold - 1 - (word >>> 8) >> 31;
  }

  private static void dropNumbers(
      Rule rule, PhiloxBlocks blocks, Buffer x, Buffer out, long at, int n) {
    float[] data = blocks.floats;
    Chunks.readWide(x, at, data, blocks.narrow, n);
    for (int i = 0; i < n; i++) {
      int bits = Float.floatToRawIntBits(data[i] * rule.scale());
      data[i] = Float.intBitsToFloat(bits & kept(blocks.words[i], rule.threshold()));
    }
    Chunks.writeNarrow(out, at, data, blocks.narrow, n);
  }
}
