package dev.mycel.reference;

/**
 * The error function, its complement and its inverse.
 *
 * <p>Rational approximations and their coefficients are those of {@code s_erf.c} in FDLIBM 5.3:
 * "Copyright (C) 1993 by Sun Microsystems, Inc. All rights reserved. Developed at SunPro, a Sun
 * Microsystems, Inc. business. Permission to use, copy, modify, and distribute this software is
 * freely granted, provided that this notice is preserved." The error is below one unit in the last
 * place.
 */
final class Erf {
  private static final double ERX = 0.8450629115104675;
  private static final double EFX = 0.1283791670955126;
  private static final double TWO_OVER_SQRT_PI = 2 / Math.sqrt(Math.PI);

  // On [0, 0.84375].
  private static final double[] PP = {
    0.12837916709551256,
    -0.3250421072470015,
    -0.02848174957559851,
    -0.005770270296489442,
    -2.3763016656650163e-5
  };
  private static final double[] QQ = {
    1,
    0.39791722395915535,
    0.0650222499887673,
    0.005081306281875766,
    0.00013249473800432164,
    -3.960228278775368e-6
  };
  // On [0.84375, 1.25].
  private static final double[] PA = {
    -0.0023621185607526594, 0.41485611868374833, -0.3722078760357013,
    0.31834661990116175, -0.11089469428239668, 0.035478304325618236,
    -0.002166375594868791
  };
  private static final double[] QA = {
    1,
    0.10642088040084423,
    0.540397917702171,
    0.07182865441419627,
    0.12617121980876164,
    0.01363708391202905,
    0.011984499846799107
  };
  // On [1.25, 1 / 0.35].
  private static final double[] RA = {
    -0.009864944034847148, -0.6938585727071818, -10.558626225323291,
    -62.375332450326006, -162.39666946257347, -184.60509290671104,
    -81.2874355063066, -9.814329344169145
  };
  private static final double[] SA = {
    1,
    19.651271667439257,
    137.65775414351904,
    434.56587747522923,
    645.3872717332679,
    429.00814002756783,
    108.63500554177944,
    6.570249770319282,
    -0.0604244152148581
  };
  // On [1 / 0.35, 28].
  private static final double[] RB = {
    -0.0098649429247001, -0.799283237680523, -17.757954917754752,
    -160.63638485582192, -637.5664433683896, -1025.0951316110772,
    -483.5191916086514
  };
  private static final double[] SB = {
    1,
    30.33806074348246,
    325.7925129965739,
    1536.729586084437,
    3199.8582195085955,
    2553.0504064331644,
    474.52854120695537,
    -22.44095244658582
  };

  private Erf() {}

  /** The error function. */
  static double erf(double x) {
    double a = Math.abs(x);
    if (!(a < 6)) {
      return Double.isNaN(x) ? x : Math.signum(x);
    }
    if (a < 0.84375) {
      // Written so that the least subnormal number does not lose its last bit.
      return a < 0x1p-28 ? 0.125 * (8 * x + 8 * EFX * x) : x + x * small(x * x);
    }
    return Math.copySign(a < 1.25 ? ERX + middle(a) : 1 - tail(a), x);
  }

  /** {@code 1 - erf(x)}, to full relative accuracy for large x. */
  static double erfc(double x) {
    double a = Math.abs(x);
    if (Double.isNaN(x)) {
      return x;
    }
    if (a < 0.84375) {
      double y = small(x * x);
      return x < 0.25 ? 1 - (x + x * y) : 0.5 - (x * y + (x - 0.5));
    }
    if (a < 1.25) {
      return x > 0 ? 1 - ERX - middle(a) : 1 + (ERX + middle(a));
    }
    double rest = a < 28 ? tail(a) : 0;
    return x > 0 ? rest : 2 - rest;
  }

  private static double small(double z) {
    return Polynomial.at(z, PP) / Polynomial.at(z, QQ);
  }

  private static double middle(double a) {
    return Polynomial.at(a - 1, PA) / Polynomial.at(a - 1, QA);
  }

  /** The complement for arguments from 1.25 on. */
  private static double tail(double a) {
    double s = 1 / (a * a);
    boolean near = a < 1 / 0.35;
    double ratio =
        near
            ? Polynomial.at(s, RA) / Polynomial.at(s, SA)
            : Polynomial.at(s, RB) / Polynomial.at(s, SB);
    // The square of a rounded to 21 bits is exact; the rest goes into a second exponential.
    double z = Double.longBitsToDouble(Double.doubleToRawLongBits(a) & 0xFFFFFFFF00000000L);
    return Math.exp(-z * z - 0.5625) * Math.exp((z - a) * (z + a) + ratio) / a;
  }

  /**
   * The inverse error function on [-1, 1], infinite at the ends, NaN outside. A rational start (as
   * in PyTorch's {@code calc_erfinv}) and Halley steps, whose error is of third order.
   */
  static double erfinv(double x) {
    double a = Math.abs(x);
    if (!(a < 1)) {
      return a == 1 ? Math.copySign(Double.POSITIVE_INFINITY, x) : Double.NaN;
    }
    if (a < 0x1p-30) {
      return x / TWO_OVER_SQRT_PI;
    }
    double y = start(a);
    for (int i = 0; i < 3; i++) {
      // Far out the complement is what still has digits.
      double error = a < 0.5 ? erf(y) - a : (1 - a) - erfc(y);
      double step = error / (TWO_OVER_SQRT_PI * Math.exp(-y * y));
      y -= step / (1 + y * step);
    }
    return Math.copySign(y, x);
  }

  private static double start(double a) {
    if (a <= 0.7) {
      double z = a * a;
      return a
          * Polynomial.at(z, 0.886226899, -1.645349621, 0.914624893, -0.140543331)
          / Polynomial.at(z, 1, -2.118377725, 1.442710462, -0.329097515, 0.012229801);
    }
    double z = Math.sqrt(-Math.log((1 - a) / 2));
    return Polynomial.at(z, -1.970840454, -1.624906493, 3.429567803, 1.641345311)
        / Polynomial.at(z, 1, 3.543889200, 1.637067800);
  }
}
