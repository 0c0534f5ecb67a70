package dev.mycel.core;

/**
 * The random numbers of one element of a draw, as many as it asks for: rejection takes a different
 * number for every element, and no element may depend on how many its neighbours took.
 *
 * <p>Block j of element i is block {@code i + j 2^40} of the draw, see {@link Philox}: elements
 * share none, for up to 2^40 elements and 2^23 blocks of each. It computes by StrictMath, so that
 * every JVM gives the same bits.
 */
final class ElementStream {
  private static final int ELEMENT_BITS = 40;

  private final long key;
  private final long counter;
  private final int[] lanes = new int[4];
  private long block;
  private int lane;

  ElementStream(long key, long counter) {
    this.key = key;
    this.counter = counter;
  }

  /** Goes to the beginning of an element's numbers. */
  void at(long element) {
    block = element;
    lane = lanes.length;
  }

  /** The next number in [0, 1): a multiple of 2^-53. */
  double unit() {
    return bits53() * 0x1p-53;
  }

  /** The next number in (0, 1): the middles of 2^52 equal parts, so that neither bound comes. */
  double open() {
    return ((bits53() >>> 1) + 0.5) * 0x1p-52;
  }

  /** The next standard normal number, by Box and Muller. */
  double normal() {
    double radius = StrictMath.sqrt(-2 * StrictMath.log(open()));
    return radius * StrictMath.cos(2 * Math.PI * unit());
  }

  private long bits53() {
    if (lane == lanes.length) {
      Philox.block(key, counter, block, lanes);
      block += 1L << ELEMENT_BITS;
      lane = 0;
    }
    long high = (lanes[lane] & 0xFFFFFFFFL) >>> 5;
    long low = (lanes[lane + 1] & 0xFFFFFFFFL) >>> 6;
    lane += 2;
    return (high << 26) + low;
  }
}
