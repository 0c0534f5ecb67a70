package dev.mycel.junit;

/** Tells the seed of a failed test, in the list of suppressed exceptions of its failure. */
@SuppressWarnings("OverrideThrowableToString") // reports print it: the class name would be noise
final class SeedNote extends RuntimeException {
  private static final long serialVersionUID = 1L;

  SeedNote(long seed) {
    super("the seed of this run: @MycelTest(seed = " + seed + "L)", null, false, false);
  }

  @Override
  public String toString() {
    return String.valueOf(getMessage());
  }
}
