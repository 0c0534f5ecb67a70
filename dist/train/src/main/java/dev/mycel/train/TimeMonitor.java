package dev.mycel.train;

import dev.mycel.core.ArgumentException;
import java.io.PrintStream;
import java.util.Locale;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Prints after each epoch {@code Train epoch time: 123.456 ms, per step time: 1.234 ms}, and {@code
 * Eval epoch time: ...} for an evaluation. The time of an evaluation does not count as training.
 */
public final class TimeMonitor extends Callback {
  private static final double NANOS_PER_MS = 1e6;

  private final int dataSize;
  private final boolean dataTime;
  private final Supplier<PrintStream> out;
  private final LongSupplier clock;
  private final Span train = new Span();
  private final Span eval = new Span();

  /** What was measured of an epoch. */
  private static final class Span {
    long begin;
    long end;
    long waiting;
    long waitingSince;
  }

  /** Divides by the number of steps that an epoch had. */
  public TimeMonitor() {
    this(0, false, Console::out, System::nanoTime);
  }

  /**
   * Divides by a given number of steps.
   *
   * @param dataSize steps per epoch, positive; what the epoch really had counts if it is more than
   *     0
   */
  public TimeMonitor(int dataSize) {
    this(positive(dataSize), false, Console::out, System::nanoTime);
  }

  private TimeMonitor(
      int dataSize, boolean dataTime, Supplier<PrintStream> out, LongSupplier clock) {
    this.dataSize = dataSize;
    this.dataTime = dataTime;
    this.out = out;
    this.clock = clock;
  }

  /** Whether the line also tells how long a step waited for its batch. */
  public TimeMonitor dataTime(boolean dataTime) {
    return new TimeMonitor(dataSize, dataTime, out, clock);
  }

  /** A monitor that prints to another stream than the standard output. */
  public TimeMonitor to(PrintStream stream) {
    return new TimeMonitor(dataSize, dataTime, () -> stream, clock);
  }

  /** For tests: a clock of nanoseconds. */
  TimeMonitor clock(LongSupplier nanos) {
    return new TimeMonitor(dataSize, dataTime, out, nanos);
  }

  private static int positive(int dataSize) {
    if (dataSize < 1) {
      throw new ArgumentException("TimeMonitor: dataSize must be positive, got " + dataSize);
    }
    return dataSize;
  }

  private Span span(RunContext context) {
    return context.originalArgs().training ? train : eval;
  }

  @Override
  public void epochBegin(RunContext context) {
    Span span = span(context);
    span.begin = clock.getAsLong();
    span.end = span.begin;
    span.waitingSince = span.begin;
    span.waiting = 0;
  }

  @Override
  public void stepBegin(RunContext context) {
    Span span = span(context);
    span.waiting += clock.getAsLong() - span.waitingSince;
  }

  @Override
  public void stepEnd(RunContext context) {
    Span span = span(context);
    span.end = clock.getAsLong();
    span.waitingSince = span.end;
  }

  @Override
  public void epochEnd(RunContext context) {
    Span span = span(context);
    int done = context.originalArgs().curStepInEpoch();
    int steps = done > 0 ? done : Math.max(dataSize, 1);
    double epoch = (span.end - span.begin) / NANOS_PER_MS;
    String mode = context.originalArgs().training ? "Train" : "Eval";
    String line =
        String.format(
            Locale.ROOT,
            "%s epoch time: %5.3f ms, per step time: %5.3f ms",
            mode,
            epoch,
            epoch / steps);
    if (dataTime) {
      double waiting = span.waiting / NANOS_PER_MS / steps;
      line += String.format(Locale.ROOT, ", per step data time: %5.3f ms", waiting);
    }
    PrintStream stream = out.get();
    stream.println(line);
    stream.flush();
  }
}
