package dev.mycel.examples.digits;

import java.io.Console;

/** Whether somebody is watching. */
final class Terminal {
  private Terminal() {}

  /**
   * Whether the output is a terminal: since Java 22 there is a console even when there is none, and
   * a method that tells.
   */
  @SuppressWarnings("SystemConsoleNull") // before Java 22 this is the way to ask
  static boolean isInteractive() {
    Console console = System.console();
    if (console == null) {
      return false;
    }
    try {
      return (boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (NoSuchMethodException e) {
      return true;
    } catch (ReflectiveOperationException e) {
      return false;
    }
  }
}
