package dev.mycel.checkpoint.tool;

import com.google.gson.stream.JsonWriter;
import dev.mycel.checkpoint.CheckpointEntry;
import dev.mycel.checkpoint.CheckpointFile;
import dev.mycel.core.Scope;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
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

/** Lists what is in a file. */
@Command(
    name = "inspect",
    mixinStandardHelpOptions = true,
    description = "Lists the tensors of a file, and what their elements are like.")
final class InspectCommand implements Callable<Integer> {
  private static final Stats NONE = new Stats(null, null, null, 0, 0);

  @ParentCommand private @Nullable Main main;
  @Spec private @Nullable CommandSpec spec;
  @Mixin private Input input = new Input();

  @Parameters(paramLabel = "FILE", description = "The file.")
  private Path file = Path.of("");

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Option(names = "--no-stats", description = "Read no elements, only what describes them.")
  private boolean noStats;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    try (CheckpointFile opened = input.open(file)) {
      long bytes = opened.entries().stream().mapToLong(CheckpointEntry::bytes).sum();
      try (Progress progress = Objects.requireNonNull(main).progress(noStats ? 0 : bytes)) {
        if (json) {
          out.println(json(opened, progress));
        } else {
          table(opened, bytes, out, progress);
        }
      }
    }
    return Main.FINE;
  }

  private @Nullable Stats stats(CheckpointFile opened, CheckpointEntry entry, Progress progress) {
    if (noStats) {
      return null;
    }
    if (!entry.isLoadable()) {
      return NONE;
    }
    try (Scope scope = Scope.open()) {
      Stats stats = Stats.of(opened.tensor(entry.name()));
      progress.add(entry.bytes());
      return stats;
    }
  }

  // ---- table ------------------------------------------------------------------------------------

  private void table(CheckpointFile opened, long bytes, PrintWriter out, Progress progress) {
    List<CheckpointEntry> entries = opened.entries();
    out.printf(
        Locale.ROOT,
        "%s, %d tensors, %s MB%n",
        opened.format(),
        entries.size(),
        Printable.megabytes(bytes));
    for (Map.Entry<String, String> text : opened.metadata().entrySet()) {
      out.println(
          "text " + Printable.name(text.getKey()) + " = " + Printable.name(text.getValue()));
    }
    if (entries.isEmpty()) {
      return;
    }
    int name = width("name", entries.stream().map(e -> Printable.name(e.name())).toList());
    int type = width("dtype", entries.stream().map(InspectCommand::type).toList());
    int shape = width("shape", entries.stream().map(e -> Printable.shape(e.shape())).toList());
    String form = "%-" + name + "s  %-" + type + "s  %-" + shape + "s  %10s";
    String more = noStats ? "" : "  %12s  %12s  %12s  %8s";
    Object[] head = {"name", "dtype", "shape", "MB", "min", "max", "mean", "NaN"};
    out.println(String.format(Locale.ROOT, form + more, head));
    for (CheckpointEntry e : entries) {
      Stats stats = stats(opened, e, progress);
      progress.wipe();
      out.println(String.format(Locale.ROOT, form + more, row(e, stats)));
      out.flush();
    }
  }

  private static Object[] row(CheckpointEntry e, @Nullable Stats stats) {
    Stats s = stats == null ? NONE : stats;
    return new Object[] {
      Printable.name(e.name()),
      type(e),
      Printable.shape(e.shape()),
      Printable.megabytes(e.bytes()),
      orDash(s.min()),
      orDash(s.max()),
      orDash(s.mean()),
      e.isLoadable() ? s.nan() : "-"
    };
  }

  private static String orDash(@Nullable Number value) {
    return value == null ? "-" : Printable.number(value);
  }

  /** The type of a loaded tensor, and the file's name for it where that is a wider one. */
  private static String type(CheckpointEntry e) {
    String stored = Printable.name(e.storedType());
    return e.dtype() == null ? stored + " (not loadable)" : e.dtype().toString();
  }

  private static int width(String head, List<String> cells) {
    return cells.stream().mapToInt(String::length).reduce(head.length(), Math::max);
  }

  // ---- JSON -------------------------------------------------------------------------------------

  private String json(CheckpointFile opened, Progress progress) throws IOException {
    StringWriter text = new StringWriter();
    try (JsonWriter out = new JsonWriter(text)) {
      out.setIndent("  ");
      out.beginObject();
      out.name("file").value(file.toString());
      out.name("format").value(opened.format());
      out.name("metadata").beginObject();
      for (Map.Entry<String, String> e : opened.metadata().entrySet()) {
        out.name(e.getKey()).value(e.getValue());
      }
      out.endObject();
      out.name("entries").beginArray();
      for (CheckpointEntry e : opened.entries()) {
        write(out, e, stats(opened, e, progress));
      }
      out.endArray().endObject();
    }
    return Printable.escapedLines(text.toString());
  }

  private static void write(JsonWriter out, CheckpointEntry e, @Nullable Stats stats)
      throws IOException {
    out.beginObject();
    out.name("name").value(e.name());
    out.name("stored_type").value(e.storedType());
    out.name("dtype").value(e.dtype() == null ? null : e.dtype().toString());
    out.name("shape").beginArray();
    for (long dim : e.shape()) {
      out.value(dim);
    }
    out.endArray();
    out.name("bytes").value(e.bytes());
    if (stats != null && e.isLoadable()) {
      number(out.name("min"), stats.min());
      number(out.name("max"), stats.max());
      number(out.name("mean"), stats.mean());
      out.name("nan").value(stats.nan());
      out.name("infinite").value(stats.infinite());
    }
    out.endObject();
  }

  /** Infinities, which JSON does not have, as texts. */
  private static void number(JsonWriter out, @Nullable Number value) throws IOException {
    if (value == null) {
      out.nullValue();
    } else if (value instanceof Double d && !Double.isFinite(d)) {
      out.value(d.toString());
    } else {
      out.value(value);
    }
  }
}
