package dev.mycel.autograd;

/**
 * What the gradient of one input keeps of a call: bits of the inputs and of the outputs, by
 * position.
 *
 * @param inputs bit i is set when input i is needed
 * @param outputs bit i is set when output i is needed
 */
public record Needs(long inputs, long outputs) {
  private static final Needs NOTHING = new Needs(0, 0);

  /** Nothing but types. */
  public static Needs nothing() {
    return NOTHING;
  }

  /** Some inputs. */
  public static Needs inputs(int... positions) {
    return new Needs(bits(positions), 0);
  }

  /** Some outputs. */
  public static Needs outputs(int... positions) {
    return new Needs(0, bits(positions));
  }

  /** Both together. */
  public Needs and(Needs other) {
    return new Needs(inputs | other.inputs, outputs | other.outputs);
  }

  private static long bits(int... positions) {
    long bits = 0;
    for (int p : positions) {
      bits |= 1L << p;
    }
    return bits;
  }
}
