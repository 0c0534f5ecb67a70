package dev.mycel.onednn;

import dev.mycel.core.DType;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;

/**
 * Vectors of ones, which products use as sums. Short ones are kept for the life of the process, a
 * few hundred kilobytes for each element type that is summed; no tensor owns them, so they are not
 * from the pool.
 */
final class Ones {
  /** As many as are kept. */
  private static final int KEPT = 1 << 16;

  private static final short BFLOAT16_ONE = 0x3F80;
  private static final short FLOAT16_ONE = 0x3C00;

  private static final Map<DType, NativeBlock> BLOCKS = new EnumMap<>(DType.class);

  private Ones() {}

  /** The address of that many ones, valid until the call ends. */
  static long of(Staging staging, DType t, long count) {
    if (count <= KEPT) {
      return kept(t).address();
    }
    NativeBlock block = staging.take(count * t.bytes());
    fill(block, t, count);
    return block.address();
  }

  private static synchronized NativeBlock kept(DType t) {
    NativeBlock known = BLOCKS.get(t);
    if (known == null) {
      var made = new MemorySource().allocate((long) KEPT * t.bytes(), 1);
      if (made == null) {
        throw new OutOfMemoryError("no native memory for " + KEPT + " ones");
      }
      known = made.get(0);
      fill(known, t, KEPT);
      BLOCKS.put(t, known);
    }
    return known;
  }

  private static void fill(NativeBlock block, DType t, long count) {
    int n = (int) Math.min(count, KEPT);
    if (t == DType.FLOAT32) {
      float[] ones = new float[n];
      Arrays.fill(ones, 1);
      for (long at = 0; at < count; at += n) {
        block.floats().put((int) at, ones, 0, (int) Math.min(n, count - at));
      }
    } else {
      short[] ones = new short[n];
      Arrays.fill(ones, t == DType.BFLOAT16 ? BFLOAT16_ONE : FLOAT16_ONE);
      var view = block.view(0).asShortBuffer();
      for (long at = 0; at < count; at += n) {
        view.put((int) at, ones, 0, (int) Math.min(n, count - at));
      }
    }
  }
}
