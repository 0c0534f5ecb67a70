package dev.mycel.nd4j;

import com.sun.jna.NativeLibrary;

/**
 * How long threads of ND4J's OpenMP runtime spin at the end of a loop before they sleep. By its own
 * default they hold the cores for a millisecond or more, in which no Java loop gets at them: such
 * loops took twice as long after a kernel of ND4J's.
 */
final class ShortWaits {
  private static final String SPINS = "GOMP_SPINCOUNT";

  /** Some ten microseconds, as on oneDNN. */
  private static final String COUNT = "4000";

  private ShortWaits() {}

  /**
   * Sets the runtime's variable unless the user has. The runtime reads it when it is loaded: a
   * program that has used ND4J before keeps its waits.
   */
  static void set() {
    if (System.getenv(SPINS) != null
        || System.getenv("OMP_WAIT_POLICY") != null
        || !System.getProperty("os.name").startsWith("Linux")) {
      return;
    }
    try {
      NativeLibrary.getInstance("c")
          .getFunction("setenv")
          .invokeInt(new Object[] {SPINS, COUNT, 0});
    } catch (LinkageError | RuntimeException e) {
      // Without it everything works, only slower.
    }
  }
}
