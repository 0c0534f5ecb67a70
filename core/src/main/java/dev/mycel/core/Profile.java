package dev.mycel.core;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Measures what this thread computes until it is closed: calls, time, bytes and floating-point
 * operations of each primitive.
 *
 * <pre>{@code
 * try (Profile p = Profile.open()) {
 *   step.call(batch);
 *   System.out.println(p.table());
 * }
 * }</pre>
 *
 * <p>It lies at the bottom of what is opened afterwards, so it sees the operations of a forward
 * pass, of the backward pass and of the optimiser, each as the primitive that the backend was asked
 * for. Profiles may be nested; each belongs to its thread and must be closed there. While none is
 * open, nothing of this costs anything.
 */
public final class Profile extends Interpreter implements AutoCloseable {
  /** Calls that are kept one by one for {@link #writeTrace}; later ones are only added up. */
  private static final int MOST_EVENTS = 1_000_000;

  private static final double NANOS = 1e9;

  /** The place of what no cell has computed. */
  private static final String OUTSIDE = "(no cell)";

  /**
   * What was measured of one primitive, or in one place.
   *
   * @param name of the primitive, or the path of the cell
   * @param calls how often it was run
   * @param nanos the time of all calls
   * @param bytes sizes of all inputs and results, each counted once a call
   * @param flops floating-point operations, a multiply-add counted as two; of products and
   *     convolutions only
   */
  public record Row(String name, long calls, long nanos, long bytes, long flops) {
    Row plus(long time, long moved, long work) {
      return new Row(name, calls + 1, nanos + time, bytes + moved, flops + work);
    }
  }

  private record Event(String name, String place, long start, long nanos, String shapes) {}

  private final Interpreter parent;
  private final Thread thread = Thread.currentThread();
  private final long opened = System.nanoTime();
  private final Map<String, Row> rows = new LinkedHashMap<>();
  private final Map<String, Row> places = new LinkedHashMap<>();
  private final List<Event> events = new ArrayList<>();
  private long closedAfter = -1;

  /** How many are open in the process. */
  private static final AtomicInteger OPEN = new AtomicInteger();

  private Profile(Interpreter parent) {
    this.parent = parent;
  }

  /** Starts to measure what this thread computes. */
  public static Profile open() {
    Context context = Context.current();
    Profile profile = new Profile(context.top);
    context.top = profile;
    OPEN.incrementAndGet();
    return profile;
  }

  /** Whether a thread measures: what costs nothing to ask, before anything is noted for it. */
  public static boolean isOpen() {
    return OPEN.get() > 0;
  }

  /** Where this thread is: a path of cells, or empty. */
  public static String place() {
    return Context.current().place;
  }

  /**
   * Says where this thread is from now on, and returns where it was, which the caller must put
   * back.
   */
  public static String enter(String place) {
    Context context = Context.current();
    String before = context.place;
    context.place = place;
    return before;
  }

  // ---- the interpreter --------------------------------------------------------------------------

  @Override
  public <A> Tensor[] interpret(Primitive<A> primitive, A attrs, Tensor[] inputs) {
    long start = System.nanoTime();
    Tensor[] results = parent.interpret(primitive, attrs, inputs);
    add(primitive, attrs, start, inputs, results);
    return results;
  }

  @Override
  public <A> Tensor[] update(
      Primitive<A> primitive, A attrs, Variable[] variables, Tensor[] others) {
    long start = System.nanoTime();
    Tensor[] results = parent.update(primitive, attrs, variables, others);
    Tensor[] read = new Tensor[variables.length + others.length];
    for (int i = 0; i < variables.length; i++) {
      read[i] = parent.read(variables[i]);
    }
    System.arraycopy(others, 0, read, variables.length, others.length);
    Tensor[] written = java.util.Arrays.copyOf(read, variables.length);
    add(primitive, attrs, start, read, written);
    return results;
  }

  @Override
  public Tensor read(Variable variable) {
    return parent.read(variable);
  }

  @Override
  public void write(Variable variable, Tensor value) {
    parent.write(variable, value);
  }

  @Override
  public Tensor retain(Tensor tensor) {
    return parent.retain(tensor);
  }

  @Override
  public void drop(Tensor tensor) {
    parent.drop(tensor);
  }

  @Override
  public Tensor lower(Tensor tensor) {
    return tensor;
  }

  @Override
  public Interpreter parent() {
    return parent;
  }

  private <A> void add(
      Primitive<A> primitive, A attrs, long start, Tensor[] inputs, Tensor[] results) {
    long nanos = System.nanoTime() - start;
    String name = primitive.name();
    long bytes = bytes(inputs) + bytes(results);
    long flops = Work.flops(primitive, attrs, inputs, results);
    String place = place();
    count(rows, name, nanos, bytes, flops);
    count(places, place.isEmpty() ? OUTSIDE : place, nanos, bytes, flops);
    if (events.size() < MOST_EVENTS) {
      events.add(new Event(name, place, start - opened, nanos, shapes(inputs)));
    }
  }

  private static void count(
      Map<String, Row> into, String name, long nanos, long bytes, long flops) {
    Row known = into.get(name);
    into.put(name, (known == null ? new Row(name, 0, 0, 0, 0) : known).plus(nanos, bytes, flops));
  }

  private static long bytes(Tensor[] tensors) {
    long sum = 0;
    for (Tensor t : tensors) {
      sum += t.shape().size() * t.dtype().bytes();
    }
    return sum;
  }

  private static String shapes(Tensor[] tensors) {
    StringBuilder out = new StringBuilder();
    for (Tensor t : tensors) {
      out.append(out.length() == 0 ? "" : " ").append(t.shape());
    }
    return out.toString();
  }

  /** Stops measuring; closing again does nothing. */
  @Override
  public void close() {
    if (closedAfter >= 0) {
      return;
    }
    Context context = Context.current();
    if (Thread.currentThread() != thread || context.top != this) {
      throw new TensorException(
          Messages.of("profile: it is closed where it does not lie on top")
              .line("opened by", thread.getName())
              .line("on top   ", context.top)
              .hint("open it by try-with-resources around whole steps, in one thread")
              .text());
    }
    context.top = parent;
    OPEN.decrementAndGet();
    closedAfter = System.nanoTime() - opened;
  }

  // ---- results ----------------------------------------------------------------------------------

  /** What was measured so far by primitive, the one that took the longest first. */
  public List<Row> rows() {
    return longestFirst(rows);
  }

  /**
   * What was measured so far by the path of the innermost cell, the one that took the longest
   * first. What the backward pass computes for a cell stands under its path and {@code (gradient)}.
   */
  public List<Row> rowsByPath() {
    return longestFirst(places);
  }

  private static List<Row> longestFirst(Map<String, Row> of) {
    return of.values().stream().sorted(Comparator.comparingLong(Row::nanos).reversed()).toList();
  }

  /** Seconds since it was opened, or until it was closed. */
  public double seconds() {
    return (closedAfter >= 0 ? closedAfter : System.nanoTime() - opened) / NANOS;
  }

  /**
   * Two tables, by primitive and by path of cell: calls, milliseconds, share of the time,
   * microseconds a call, gigabytes a second and, where something multiplies, GFLOP a second. The
   * last line of each is the time between operations.
   */
  public String table() {
    return table("primitive", rows()) + System.lineSeparator() + table("path", rowsByPath());
  }

  private String table(String title, List<Row> of) {
    double whole = seconds();
    int width = of.stream().mapToInt(r -> r.name().length()).max().orElse(0);
    String first = "%-" + Math.max(width, 24) + "s";
    StringBuilder out = new StringBuilder();
    String head = first + " %8s %10s %7s %10s %8s %9s%n";
    out.append(
        String.format(
            Locale.ROOT, head, title, "calls", "ms", "share", "us/call", "GB/s", "GFLOP/s"));
    double inside = 0;
    for (Row r : of) {
      double s = Math.max(r.nanos(), 1) / NANOS;
      inside += s;
      out.append(
          String.format(
              Locale.ROOT,
              first + " %8d %10.3f %6.1f%% %10.2f %8.1f %9s%n",
              r.name(),
              r.calls(),
              s * 1e3,
              100 * s / whole,
              s * 1e6 / r.calls(),
              r.bytes() / s / 1e9,
              r.flops() == 0 ? "" : String.format(Locale.ROOT, "%.1f", r.flops() / s / 1e9)));
    }
    double between = Math.max(whole - inside, 0);
    String last = first + " %8s %10.3f %6.1f%%%n";
    return out.append(
            String.format(Locale.ROOT, last, "between", "", between * 1e3, 100 * between / whole))
        .toString();
  }

  /**
   * Writes the calls one by one as a Chrome trace, which {@code chrome://tracing} and Perfetto
   * open.
   *
   * @param file is replaced if it exists
   */
  public void writeTrace(Path file) {
    Objects.requireNonNull(file, "file");
    try (Writer out = Files.newBufferedWriter(file, StandardCharsets.UTF_8)) {
      out.write("{\"traceEvents\":[");
      String separator = "\n";
      for (Event e : events) {
        out.write(separator);
        out.write(
            String.format(
                Locale.ROOT,
                "{\"name\":\"%s\",\"ph\":\"X\",\"pid\":1,\"tid\":%d,\"ts\":%.3f,\"dur\":%.3f,\"args\":{\"inputs\":\"%s\",\"path\":\"%s\"}}",
                e.name(),
                thread.getId(),
                e.start() / 1e3,
                e.nanos() / 1e3,
                e.shapes(),
                e.place()));
        separator = ",\n";
      }
      out.write("\n]}\n");
    } catch (IOException e) {
      throw new UncheckedIOException("profile: the trace cannot be written to " + file, e);
    }
  }

  @Override
  public String toString() {
    return "Profile of " + rows.size() + " primitives";
  }
}
