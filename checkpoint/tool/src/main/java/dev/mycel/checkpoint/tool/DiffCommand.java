package dev.mycel.checkpoint.tool;

import dev.mycel.checkpoint.CheckpointEntry;
import dev.mycel.checkpoint.CheckpointFile;
import dev.mycel.core.Scope;
import dev.mycel.core.Tensor;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Compares two files. */
@Command(
    name = "diff",
    mixinStandardHelpOptions = true,
    description = {
      "Compares the tensors of two files of any formats by name.",
      "Elements are equal if |a - b| <= atol + rtol * |b|, or both are NaN."
    })
final class DiffCommand implements Callable<Integer> {
  @ParentCommand private @Nullable Main main;
  @Spec private @Nullable CommandSpec spec;
  @Mixin private Input input = new Input();

  @Parameters(index = "0", paramLabel = "A", description = "One file.")
  private Path first = Path.of("");

  @Parameters(index = "1", paramLabel = "B", description = "The other file.")
  private Path second = Path.of("");

  @Option(names = "--atol", paramLabel = "X", description = "Absolute tolerance (default: 0).")
  private double atol;

  @Option(names = "--rtol", paramLabel = "X", description = "Relative tolerance (default: 0).")
  private double rtol;

  @Option(names = "--ignore-dtype", description = "Types may differ; values are still compared.")
  private boolean ignoreDtype;

  private int differences;
  private int compared;

  @Override
  public Integer call() {
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    try (CheckpointFile a = input.openAny(first);
        CheckpointFile b = input.openAny(second)) {
      Map<String, CheckpointEntry> others = new LinkedHashMap<>();
      b.entries().forEach(e -> others.put(e.name(), e));
      long bytes = a.entries().stream().mapToLong(CheckpointEntry::bytes).sum();
      try (Progress progress = Objects.requireNonNull(main).progress(bytes)) {
        for (CheckpointEntry entry : a.entries()) {
          CheckpointEntry other = others.remove(entry.name());
          String told = other == null ? only("A", entry) : compare(a, entry, b, other);
          progress.add(entry.bytes());
          if (!told.isEmpty()) {
            progress.wipe();
            out.print(told);
          }
        }
      }
      others.values().forEach(entry -> out.print(only("B", entry)));
    }
    out.println(
        (differences == 0 ? "no differences" : "differences: " + differences)
            + ", compared: "
            + compared);
    return differences == 0 ? Main.FINE : Main.BAD;
  }

  private String only(String side, CheckpointEntry entry) {
    differences++;
    return String.format(
        "only in %s: %s %s %s%n",
        side, Printable.name(entry.name()), type(entry), Printable.shape(entry.shape()));
  }

  private static String type(CheckpointEntry entry) {
    return entry.dtype() == null ? Printable.name(entry.storedType()) : entry.dtype().toString();
  }

  private String compare(
      CheckpointFile a, CheckpointEntry entry, CheckpointFile b, CheckpointEntry other) {
    String name = Printable.name(entry.name());
    if (!entry.shape().equals(other.shape())) {
      differences++;
      return String.format(
          "shape: %s %s and %s%n",
          name, Printable.shape(entry.shape()), Printable.shape(other.shape()));
    }
    String told = "";
    if (!type(entry).equals(type(other)) && !ignoreDtype) {
      differences++;
      told = String.format("dtype: %s %s and %s%n", name, type(entry), type(other));
    }
    try (Scope scope = Scope.open()) {
      Deviation found =
          Deviation.between(a.tensor(entry.name()), b.tensor(other.name()), atol, rtol);
      compared++;
      if (found.largest() == 0) {
        return told;
      }
      differences += found.beyond() > 0 ? 1 : 0;
      return told
          + String.format(
              "values: %s largest deviation %s at element %d, beyond the tolerance: %d of %d%n",
              name, Printable.number(found.largest()), found.place(), found.beyond(), size(entry));
    }
  }

  private static long size(CheckpointEntry entry) {
    return entry.shape().stream().mapToLong(Long::longValue).reduce(1, (x, y) -> x * y);
  }

  /**
   * How far two tensors of one shape are apart.
   *
   * @param largest the largest difference of two elements; NaN if one alone is NaN
   * @param place where that is, in row-major order
   * @param beyond how many elements are further apart than allowed
   */
  record Deviation(double largest, long place, long beyond) {
    static Deviation between(Tensor a, Tensor b, double atol, double rtol) {
      Search search = new Search(atol, rtol);
      Tensor x = a.reshape(a.size());
      Tensor y = b.reshape(b.size());
      boolean whole = !a.dtype().isFloat() && !b.dtype().isFloat();
      Elements.blocks(
          a.size(),
          (at, count) -> {
            if (whole) {
              search.addAll(at, Elements.longs(x, at, count), Elements.longs(y, at, count));
            } else {
              search.addAll(at, Elements.doubles(x, at, count), Elements.doubles(y, at, count));
            }
          });
      return new Deviation(search.largest, search.place, search.beyond);
    }
  }

  private static final class Search {
    private final double atol;
    private final double rtol;
    private double largest;
    private long place;
    private long beyond;

    Search(double atol, double rtol) {
      this.atol = atol;
      this.rtol = rtol;
    }

    void addAll(long at, double[] x, double[] y) {
      for (int i = 0; i < x.length; i++) {
        boolean same = x[i] == y[i] || Double.isNaN(x[i]) && Double.isNaN(y[i]);
        if (!same) {
          add(at + i, Math.abs(x[i] - y[i]), Math.abs(y[i]));
        }
      }
    }

    void addAll(long at, long[] x, long[] y) {
      for (int i = 0; i < x.length; i++) {
        if (x[i] != y[i]) {
          long apart = x[i] - y[i];
          boolean overflow = ((x[i] ^ y[i]) & (x[i] ^ apart)) < 0;
          add(
              at + i,
              Math.abs(overflow ? (double) x[i] - y[i] : (double) apart),
              Math.abs((double) y[i]));
        }
      }
    }

    /** An infinite bound allows nothing: infinities are equal or differ. */
    private void add(long at, double apart, double scale) {
      if (!(largest >= apart) && !Double.isNaN(largest)) {
        largest = apart;
        place = at;
      }
      double allowed = atol + rtol * scale;
      if (!(apart <= allowed) || Double.isInfinite(scale)) {
        beyond++;
      }
    }
  }
}
