package dev.mycel.train;

import java.io.PrintStream;

/** Where monitors print unless they are told: the one place that knows the standard output. */
final class Console {
  private Console() {}

  /** The standard output as it is now: it may be replaced while a program runs. */
  static PrintStream out() {
    return System.out;
  }

  /**
   * Whether a person looks at the standard output, so that a line may be renewed. Since Java 22
   * there is a console even without a terminal, and a method that tells.
   */
  @SuppressWarnings("SystemConsoleNull") // before Java 22 this is the way to ask
  static boolean isInteractive() {
    java.io.Console console = System.console();
    if (console == null) {
      return false;
    }
    try {
      return (boolean) java.io.Console.class.getMethod("isTerminal").invoke(console);
    } catch (NoSuchMethodException e) {
      return true;
    } catch (ReflectiveOperationException e) {
      return false;
    }
  }
}
