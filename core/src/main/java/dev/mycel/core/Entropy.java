package dev.mycel.core;

import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicLong;

/** Seeds for what the user has not seeded: different in every process and every call. */
final class Entropy {
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;
  // The system's entropy once; after that a walk through it is as unforeseeable and much cheaper.
  private static final AtomicLong STATE =
      new AtomicLong(new SecureRandom().nextLong() ^ mix(System.nanoTime()));

  private Entropy() {}

  /** A fresh number. */
  static long next() {
    return mix(STATE.addAndGet(GOLDEN));
  }

  /**
   * The finaliser of SplitMix64 (Steele, Lea and Flood 2014): a bijection that spreads each bit.
   */
  static long mix(long z) {
    long a = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
    long b = (a ^ a >>> 27) * 0x94D049BB133111EBL;
    return b ^ b >>> 31;
  }
}
