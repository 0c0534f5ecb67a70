package dev.mycel.guide;

/**
 * NumPy's legacy random generator, as far as MindSpore's guide uses it: MT19937 (Matsumoto and
 * Nishimura, 1998) seeded by one word, doubles of 53 bits, and choices by masking and rejecting.
 */
public final class LegacyNumpy {
  private static final int N = 624;
  private static final int M = 397;

  private final int[] state = new int[N];
  private int next = N;

  /** The generator after {@code numpy.random.seed(seed)}. */
  public LegacyNumpy(int seed) {
    state[0] = seed;
    for (int i = 1; i < N; i++) {
      state[i] = 1812433253 * (state[i - 1] ^ (state[i - 1] >>> 30)) + i;
    }
  }

  /** 32 random bits. */
  private int bits() {
    if (next == N) {
      for (int i = 0; i < N; i++) {
        int y = (state[i] & 0x80000000) | (state[(i + 1) % N] & 0x7FFFFFFF);
        state[i] = state[(i + M) % N] ^ (y >>> 1) ^ ((y & 1) * 0x9908B0DF);
      }
      next = 0;
    }
    int y = state[next++];
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9D2C5680;
    y ^= (y << 15) & 0xEFC60000;
    return y ^ (y >>> 18);
  }

  /** A double in [0, 1). */
  private double unit() {
    long high = bits() >>> 5;
    long low = bits() >>> 6;
    return (high * 67108864.0 + low) / 9007199254740992.0;
  }

  /** {@code numpy.random.uniform(low, high, count)}, rounded to float32. */
  public float[] uniform(double low, double high, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) (low + (high - low) * unit());
    }
    return values;
  }

  /** {@code numpy.random.choice(from, count)}: with replacement. */
  public int[] choice(int[] from, int count) {
    int most = from.length - 1;
    int mask = most == 0 ? 0 : -1 >>> Integer.numberOfLeadingZeros(most);
    int[] chosen = new int[count];
    for (int i = 0; i < count; i++) {
      int place = 0;
      if (most > 0) {
        do {
          place = bits() & mask;
        } while (place > most);
      }
      chosen[i] = from[place];
    }
    return chosen;
  }
}
