package dev.mycel.train;

import java.io.PrintStream;

/** Where monitors print unless they are told: the one place that knows the standard output. */
final class Console {
  private Console() {}

  /** The standard output as it is now: it may be replaced while a program runs. */
  static PrintStream out() {
    return System.out;
  }

  /** Whether a person looks at the standard output, so that a line may be renewed. */
  static boolean isInteractive() {
    return System.console() != null;
  }
}
