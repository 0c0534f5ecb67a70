package dev.mycel.optim.schedule;

/** The formulas that schedules by step and lists by epoch share; they are MindSpore's. */
final class Curves {
  private Curves() {}

  static double exponential(double rate, double decay, long at, long span, boolean stair) {
    return rate * Math.pow(decay, progress(at, span, stair));
  }

  static double naturalExp(double rate, double decay, long at, long span, boolean stair) {
    return rate * Math.exp(-decay * (stair ? at / span * span : at));
  }

  static double inverse(double rate, double decay, long at, long span, boolean stair) {
    return rate / (1 + decay * progress(at, span, stair));
  }

  static double cosine(double low, double high, long at, long span) {
    double turn = Math.PI * Math.min(at, span) / span;
    return low + 0.5 * (high - low) * (1 + Math.cos(turn));
  }

  static double polynomial(
      double rate, double end, long at, long span, double power, boolean longer) {
    double whole = span;
    if (longer) {
      whole *= Math.max(Math.ceil((double) at / span), 1);
    }
    double left = 1 - Math.min(at, whole) / whole;
    return (rate - end) * Math.pow(left, power) + end;
  }

  static double warmUp(double rate, long at, long span) {
    return rate * Math.min(at, span) / span;
  }

  private static double progress(long at, long span, boolean stair) {
    return stair ? Math.floorDiv(at, span) : (double) at / span;
  }
}
