package dev.mycel.core;

/**
 * The random bits of every backend: Philox 4x32 with ten rounds (Salmon, Moraes, Dror and Shaw,
 * <i>Parallel random numbers: as easy as 1, 2, 3</i>, SC 2011). Element i of a draw depends on the
 * key, the draw's counter and i alone, so that neither threads nor backends nor the extent of a
 * draw change it.
 *
 * <p>A <i>block</i> is the cipher of the four words (counter low, counter high, block low, block
 * high) under the two words (key low, key high); it has the lanes 0 to 3. Two draws with different
 * counters therefore never share a block, however large they are: whoever draws again under the
 * same key adds one to the counter.
 *
 * <ul>
 *   <li>bits, float uniform and float normal: element i belongs to block i / 4, lane i mod 4;
 *   <li>double uniform: element i belongs to block i / 2, lanes 0 and 1 if i is even, 2 and 3 if
 *       odd;
 *   <li>double normal: elements 2k and 2k + 1 take all lanes of block k.
 * </ul>
 *
 * <p>The methods with {@code first} compute the elements from that index on, for backends that work
 * in stretches; {@code first} must be a multiple of four.
 */
public final class Philox {
  private static final int M0 = 0xD2511F53;
  private static final int M1 = 0xCD9E8D57;
  private static final int W0 = 0x9E3779B9;
  private static final int W1 = 0xBB67AE85;
  private static final int ROUNDS = 10;

  /** Words that are drawn at a time, a multiple of a block's. */
  private static final int WORDS = 1024;

  private Philox() {}

  /** The four lanes of one block, written to {@code lanes[0..3]}. */
  public static void block(long key, long counter, long block, int[] lanes) {
    cipher(
        (int) counter,
        (int) (counter >>> 32),
        (int) block,
        (int) (block >>> 32),
        (int) key,
        (int) (key >>> 32),
        lanes);
  }

  /** The cipher itself on four counter words and two key words. */
  static void cipher(int c0, int c1, int c2, int c3, int k0, int k1, int[] lanes) {
    int x0 = c0;
    int x1 = c1;
    int x2 = c2;
    int x3 = c3;
    int key0 = k0;
    int key1 = k1;
    for (int round = 0; round < ROUNDS; round++) {
      long p0 = (M0 & 0xFFFFFFFFL) * (x0 & 0xFFFFFFFFL);
      long p1 = (M1 & 0xFFFFFFFFL) * (x2 & 0xFFFFFFFFL);
      x0 = (int) (p1 >>> 32) ^ x1 ^ key0;
      x1 = (int) p1;
      x2 = (int) (p0 >>> 32) ^ x3 ^ key1;
      x3 = (int) p0;
      key0 += W0;
      key1 += W1;
    }
    lanes[0] = x0;
    lanes[1] = x1;
    lanes[2] = x2;
    lanes[3] = x3;
  }

  /** Uniformly distributed 32-bit patterns. */
  public static void bits(long key, long counter, int[] out) {
    bits(key, counter, 0, out);
  }

  /** Uniformly distributed 32-bit patterns: elements {@code first, first + 1, ...}. */
  public static void bits(long key, long counter, long first, int[] out) {
    long block = firstBlock(first, 4);
    int[] lanes = new int[4];
    for (int i = 0; i < out.length; i += 4, block++) {
      block(key, counter, block, lanes);
      System.arraycopy(lanes, 0, out, i, Math.min(4, out.length - i));
    }
  }

  /** Floats in [0, 1): the top 24 bits of the lane, times 2^-24. */
  public static void uniform(long key, long counter, float[] out) {
    uniform(key, counter, 0, out);
  }

  /** Floats in [0, 1): elements {@code first, first + 1, ...}. */
  public static void uniform(long key, long counter, long first, float[] out) {
    long block = firstBlock(first, 4);
    int[] lanes = new int[4];
    for (int i = 0; i < out.length; i += 4, block++) {
      block(key, counter, block, lanes);
      int n = Math.min(4, out.length - i);
      for (int lane = 0; lane < n; lane++) {
        out[i + lane] = (lanes[lane] >>> 8) * 0x1p-24f;
      }
    }
  }

  /** Doubles in [0, 1): 27 bits of the first lane and 26 of the second, times 2^-53. */
  public static void uniform(long key, long counter, double[] out) {
    uniform(key, counter, 0, out);
  }

  /** Doubles in [0, 1): elements {@code first, first + 1, ...}. */
  public static void uniform(long key, long counter, long first, double[] out) {
    long block = firstBlock(first, 2);
    int[] lanes = new int[4];
    for (int i = 0; i < out.length; i += 2, block++) {
      block(key, counter, block, lanes);
      out[i] = bits53(lanes[0], lanes[1]) * 0x1p-53;
      if (i + 1 < out.length) {
        out[i + 1] = bits53(lanes[2], lanes[3]) * 0x1p-53;
      }
    }
  }

  /**
   * Standard normal floats. Lanes (0, 1) give elements 0 and 1 of a block, lanes (2, 3) elements 2
   * and 3, by Box and Muller: with {@code u = (a + 1) 2^-32} and {@code v = b 2^-32} they are
   * {@code sqrt(-2 ln u) cos(2 pi v)} and {@code sqrt(-2 ln u) sin(2 pi v)}, rounded to float from
   * the doubles that {@link StrictMath} gives, so that the bits are the same on every JVM.
   */
  public static void normal(long key, long counter, float[] out) {
    normal(key, counter, 0, out);
  }

  /** Standard normal floats: elements {@code first, first + 1, ...}. */
  public static void normal(long key, long counter, long first, float[] out) {
    int[] words = new int[Math.min(WORDS, out.length + (out.length & 1))];
    for (int at = 0; at < out.length; at += words.length) {
      bits(key, counter, first + at, words);
      NormalFloats.draw(words, out, at, Math.min(words.length, out.length - at));
    }
  }

  /**
   * The first n standard normal floats of words that have been drawn.
   *
   * @param words from the first lane of a block on, with both words of the last pair
   */
  public static void normal(int[] words, float[] out, int n) {
    NormalFloats.draw(words, out, 0, n);
  }

  /** Standard normal doubles, by the same formula with 53 bits for either uniform number. */
  public static void normal(long key, long counter, double[] out) {
    normal(key, counter, 0, out);
  }

  /** Standard normal doubles: elements {@code first, first + 1, ...}. */
  public static void normal(long key, long counter, long first, double[] out) {
    long block = firstBlock(first, 2);
    int[] lanes = new int[4];
    for (int i = 0; i < out.length; i += 2, block++) {
      block(key, counter, block, lanes);
      double radius = radius((bits53(lanes[0], lanes[1]) + 1) * 0x1p-53);
      double angle = 2 * Math.PI * (bits53(lanes[2], lanes[3]) * 0x1p-53);
      out[i] = radius * StrictMath.cos(angle);
      if (i + 1 < out.length) {
        out[i + 1] = radius * StrictMath.sin(angle);
      }
    }
  }

  private static double radius(double uniform) {
    return StrictMath.sqrt(-2 * StrictMath.log(uniform));
  }

  private static long bits53(int a, int b) {
    return ((long) (a >>> 5) << 26) + (b >>> 6);
  }

  private static long firstBlock(long first, int perBlock) {
    if (first < 0 || (first & 3) != 0) {
      throw new ArgumentException(
          "philox: the first element must be a multiple of four and not negative, got " + first);
    }
    return first / perBlock;
  }
}
