package dev.mycel.onednn;

/**
 * JavaCPP's limit on the memory of the whole process, by default four times the Java heap: whoever
 * makes a native object beyond it gets an error. Tensors lie outside the heap, and the pool that
 * holds them has a budget of its own, so a large network in a small heap must not end so.
 */
final class JavaCppLimit {
  private static final String LIMIT = "org.bytedeco.javacpp.maxPhysicalBytes";

  private JavaCppLimit() {}

  /**
   * Lifts the limit unless the user has set one. JavaCPP reads it when it is initialised: if
   * another library has done that before, its limit stays.
   */
  static void lift() {
    if (System.getProperty(LIMIT) == null
        && System.getProperty("org.bytedeco.javacpp.maxphysicalbytes") == null) {
      System.setProperty(LIMIT, "0");
    }
  }
}
