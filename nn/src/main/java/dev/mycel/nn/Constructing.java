package dev.mycel.nn;

/** Whether this thread is inside a cell's construct. */
final class Constructing {
  private static final ThreadLocal<int[]> DEPTH = ThreadLocal.withInitial(() -> new int[1]);

  private Constructing() {}

  /** A construct begins; {@link #leave} ends it. */
  static void enter() {
    DEPTH.get()[0]++;
  }

  /** The innermost construct ends. */
  static void leave() {
    DEPTH.get()[0]--;
  }

  /** Whether a construct runs. */
  static boolean isOpen() {
    return depth() > 0;
  }

  /** How many constructs run inside each other. */
  static int depth() {
    return DEPTH.get()[0];
  }
}
