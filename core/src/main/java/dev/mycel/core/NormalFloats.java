package dev.mycel.core;

/**
 * Standard normal floats with the bits that {@link StrictMath} gives, in a quarter of its time:
 * logarithm, sine and cosine come from tables, and {@link StrictMath} is asked where their last
 * digits decide.
 */
final class NormalFloats {
  /** Numbers that are drawn at a time. */
  private static final int BLOCK = 256;

  private static final int BITS = 8;

  /** Words between two angles of the table. */
  private static final int STEP = 1 << Integer.SIZE - BITS;

  private static final double[] COSINES = new double[1 << BITS];
  private static final double[] SINES = new double[1 << BITS];

  static {
    for (int i = 0; i < COSINES.length; i++) {
      COSINES[i] = StrictMath.cos(2 * Math.PI * i / COSINES.length);
      SINES[i] = StrictMath.sin(2 * Math.PI * i / SINES.length);
    }
  }

  /**
   * Angle, sine and cosine are each wrong by less than 2^-49 of the radius, here or in the strict
   * formula. Of a sine or cosine that is no smaller than this, that is 2^-39...
   */
  private static final double SMALL = 0x1p-10;

  /** ... or so many units in the last place of a double, with room to spare. */
  private static final int DOUBT = 1 << 15;

  private static final int HALF_FLOAT = 1 << 28;
  private static final int BELOW_FLOAT = (1 << 29) - 1;
  private static final long UNSIGNED = 0xFFFF_FFFFL;

  private NormalFloats() {}

  /**
   * So many numbers, for each pair of words two.
   *
   * @param words with both words of the last pair, even if one number of it is left out
   */
  static void draw(int[] words, float[] out, int at, int n) {
    int most = Math.min(n + (n & 1), BLOCK);
    double[] radii = new double[most / 2];
    double[] drawn = new double[most];
    for (int done = 0; done < n; done += BLOCK) {
      int numbers = Math.min(BLOCK, n - done);
      pairs(words, done, (numbers + 1) / 2, radii, drawn);
      TableMath.narrow(drawn, out, at + done, numbers);
    }
  }

  private static void pairs(int[] words, int from, int count, double[] radii, double[] drawn) {
    for (int k = 0; k < count; k++) {
      double u = uniform(words[from + 2 * k]);
      radii[k] = -2 * TableMath.log(u, u - 1);
    }
    for (int k = 0; k < count; k++) {
      radii[k] = Math.sqrt(radii[k]);
    }
    for (int k = 0; k < count; k++) {
      pair(words[from + 2 * k], words[from + 2 * k + 1], radii[k], drawn, 2 * k);
    }
  }

  private static double uniform(int word) {
    return (TableMath.whole(word ^ Integer.MIN_VALUE) + (0x1p31 + 1)) * 0x1p-32;
  }

  private static void pair(int a, int b, double radius, double[] drawn, int at) {
    // The nearest angle of the table, and the small one that is missing.
    int entry = b + STEP / 2 >>> Integer.SIZE - BITS;
    double angle = TableMath.whole(b - entry * STEP) * (2 * Math.PI * 0x1p-32);
    double square = angle * angle;
    double sine = angle * (1 - square * (1 / 6.0 - square * (1 / 120.0)));
    double cosine = 1 - square * (0.5 - square * (1 / 24.0 - square * (1 / 720.0)));
    double c = COSINES[entry] * cosine - SINES[entry] * sine;
    double s = SINES[entry] * cosine + COSINES[entry] * sine;
    double x = radius * c;
    double y = radius * s;
    if (Math.abs(c) < SMALL || Math.abs(s) < SMALL || isDoubtful(x) || isDoubtful(y)) {
      double whole = 2 * Math.PI * ((b & UNSIGNED) * 0x1p-32);
      double strict = StrictMath.sqrt(-2 * StrictMath.log(uniform(a)));
      x = strict * StrictMath.cos(whole);
      y = strict * StrictMath.sin(whole);
    }
    drawn[at] = x;
    drawn[at + 1] = y;
  }

  /** Whether the number lies about halfway between two floats. */
  private static boolean isDoubtful(double x) {
    int below = (int) Double.doubleToRawLongBits(x) & BELOW_FLOAT;
    return Math.abs(below - HALF_FLOAT) < DOUBT;
  }
}
