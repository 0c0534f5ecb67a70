package dev.mycel.checkpoint.tool;

import dev.mycel.checkpoint.CheckpointException;
import dev.mycel.core.Mycel;
import dev.mycel.core.TensorException;
import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The program {@code mycel-checkpoint}.
 *
 * <p>Exit codes: 0 if all is well, 1 if files differ, are damaged or cannot be loaded, 2 for a
 * wrong command line and for files that cannot be read or written.
 */
@Command(
    name = Main.NAME,
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    description = "Looks into checkpoints, converts, compares and verifies them.",
    subcommands = {
      InspectCommand.class,
      ConvertCommand.class,
      DiffCommand.class,
      VerifyCommand.class
    },
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      " 0:all is well",
      " 1:files differ, are damaged or cannot be loaded",
      " 2:a wrong command line, or a file that cannot be read or written"
    })
public final class Main implements Callable<Integer> {
  static final String NAME = "mycel-checkpoint";

  static final int FINE = 0;
  static final int BAD = 1;
  static final int TROUBLE = 2;

  /** Shorter work needs no bar. */
  private static final long PATIENCE = 700_000_000L;

  private final boolean terminal;
  private final long patience;

  @Spec private @Nullable CommandSpec spec;

  private Main(boolean terminal, long patience) {
    this.terminal = terminal;
    this.patience = patience;
  }

  /** Runs the command line and ends the JVM with the exit code. */
  public static void main(String[] args) {
    PrintWriter out = new PrintWriter(System.out, false, StandardCharsets.UTF_8);
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    int code = run(out, err, isTerminal(), PATIENCE, args);
    out.flush();
    System.exit(code);
  }

  /**
   * Runs a command line.
   *
   * @param terminal whether errors go to a terminal, which gets a bar of progress
   * @param patience nanoseconds before that bar is shown
   */
  static int run(
      PrintWriter out, PrintWriter err, boolean terminal, long patience, String... args) {
    CommandLine line =
        new CommandLine(new Main(terminal, patience))
            .setOut(out)
            .setErr(err)
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setParameterExceptionHandler(
                (e, given) -> {
                  tell(err, e.getMessage() + "; see " + NAME + " --help");
                  return TROUBLE;
                })
            .setExecutionExceptionHandler((e, command, parsed) -> failed(err, e));
    try {
      return line.execute(args);
    } catch (OutOfMemoryError e) {
      tell(err, "the memory is too small: " + e.getMessage() + "; give more with java -Xmx");
      return TROUBLE;
    }
  }

  private static int failed(PrintWriter err, Exception e) {
    boolean known =
        e instanceof TensorException
            || e instanceof UncheckedIOException
            || e instanceof IOException;
    tell(err, known ? String.valueOf(e.getMessage()) : "internal error: " + e);
    return e instanceof CheckpointException && !isTrouble(e) ? BAD : TROUBLE;
  }

  /** Whether the system refused something; errors of contents have causes of other types. */
  static boolean isTrouble(Exception e) {
    Throwable cause = e.getCause();
    return cause instanceof FileSystemException
        || cause != null && cause.getClass() == IOException.class;
  }

  /** One line, whatever the message has. */
  static void tell(PrintWriter err, String message) {
    err.println(NAME + ": " + Printable.line(message));
    err.flush();
  }

  /** Since Java 22 there is a console where there is no terminal, and a method that tells. */
  @SuppressWarnings("SystemConsoleNull") // it is null before Java 22, and asked for more after
  private static boolean isTerminal() {
    Console console = System.console();
    if (console == null) {
      return false;
    }
    try {
      return Boolean.TRUE.equals(Console.class.getMethod("isTerminal").invoke(console));
    } catch (NoSuchMethodException e) {
      return true;
    } catch (ReflectiveOperationException e) {
      return false;
    }
  }

  /** A bar for that many bytes. */
  Progress progress(long bytes) {
    PrintWriter err = Objects.requireNonNull(spec).commandLine().getErr();
    return new Progress(err, terminal, patience, bytes);
  }

  @Override
  public Integer call() {
    throw new ParameterException(
        Objects.requireNonNull(spec).commandLine(),
        "name a command: inspect, convert, diff or verify");
  }

  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {NAME + " " + Mycel.version()};
    }
  }
}
