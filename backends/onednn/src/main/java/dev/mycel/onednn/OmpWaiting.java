package dev.mycel.onednn;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;

/**
 * How long threads of the OpenMP runtime spin at the end of a parallel loop before they sleep. Its
 * own default is a millisecond or more, which is fine as long as nothing else runs: beside one busy
 * process a thread spins while the one that it waits for has no core, and a step takes a hundred
 * times as long. A short wait hands the core over.
 */
final class OmpWaiting {
  private static final String SPINS = "GOMP_SPINCOUNT";

  /** Some ten microseconds: what a loop over a few thousand elements may be uneven by. */
  private static final String COUNT = "4000";

  private OmpWaiting() {}

  /** Sets the runtime's variable unless the user has; the runtime reads it when it is loaded. */
  static void shorten() {
    if (System.getenv(SPINS) != null
        || System.getenv("OMP_WAIT_POLICY") != null
        || !System.getProperty("os.name").startsWith("Linux")) {
      return;
    }
    try {
      Function set = NativeLibrary.getInstance("c").getFunction("setenv");
      set.invokeInt(new Object[] {SPINS, COUNT, 0});
    } catch (LinkageError | RuntimeException e) {
      // Without it everything works, only slower on a machine that others use.
    }
  }
}
