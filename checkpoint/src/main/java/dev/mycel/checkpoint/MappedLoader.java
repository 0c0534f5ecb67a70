package dev.mycel.checkpoint;

import dev.mycel.checkpoint.MappingReport.Row;
import dev.mycel.checkpoint.MappingReport.Status;
import dev.mycel.checkpoint.names.MappedEntry;
import dev.mycel.checkpoint.names.NameMap;
import dev.mycel.checkpoint.names.NamePlan;
import dev.mycel.checkpoint.names.ValueForm;
import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;
import dev.mycel.core.Scope;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import dev.mycel.core.TensorException;
import dev.mycel.core.Variable;
import dev.mycel.nn.Cell;
import dev.mycel.nn.Parameter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Loads entries into a network through a map of names. Names and forms are compared first; then all
 * values that have a place are read, one entry at a time; when the last one is there, all are
 * assigned. So whatever goes wrong, the network stays as it was.
 */
final class MappedLoader {
  static final String OP = "load";

  /** Parameters and entries that names are suggested for, and candidates that are compared. */
  private static final int MOST_SUGGESTIONS = 100;

  private static final int MOST_CANDIDATES = 1_000;
  private static final int MOST_LISTED = 10;

  private final String source;
  private final Map<String, CheckpointEntry> stored;
  private final Function<String, Tensor> reader;
  private final Cell<?, ?> net;
  private final Map<String, Variable> parameters;
  private final NameMap map;
  private final Map<String, MappedEntry> matches = new LinkedHashMap<>();
  private final List<Row> rows = new ArrayList<>();

  private MappedLoader(
      String source,
      Map<String, CheckpointEntry> stored,
      Function<String, Tensor> reader,
      Cell<?, ?> net,
      NameMap map) {
    this.source = source;
    this.stored = stored;
    this.reader = reader;
    this.net = net;
    this.parameters = net.variablesDict();
    this.map = map;
  }

  static MappingReport load(CheckpointFile file, Cell<?, ?> net, NameMap map, MappingMode mode) {
    Map<String, CheckpointEntry> stored = new LinkedHashMap<>();
    file.entries().forEach(entry -> stored.put(entry.name(), entry));
    String source = file.path() + " (" + file.format() + ", " + stored.size() + " entries)";
    return new MappedLoader(source, stored, file::tensor, net, map).load(mode);
  }

  static MappingReport load(Map<String, ?> entries, Cell<?, ?> net, NameMap map, MappingMode mode) {
    Map<String, CheckpointEntry> stored = new LinkedHashMap<>();
    Map<String, Tensor> values = new HashMap<>();
    entries.forEach(
        (name, value) -> {
          Tensor t = value(name, value);
          List<Long> dims = Arrays.stream(t.shape().dims()).boxed().toList();
          long bytes = t.shape().size() * t.dtype().bytes();
          stored.put(name, new CheckpointEntry(name, t.dtype().toString(), t.dtype(), dims, bytes));
          values.put(name, t);
        });
    Function<String, Tensor> reader = name -> Objects.requireNonNull(values.get(name));
    String source = stored.size() + " entries";
    return new MappedLoader(source, stored, reader, net, map).load(mode);
  }

  private static Tensor value(@Nullable String name, @Nullable Object value) {
    if (name != null && value instanceof Tensor tensor) {
      return tensor;
    }
    if (name != null && value instanceof Variable variable) {
      return variable.value();
    }
    String found = value == null ? "null" : value.getClass().getName();
    throw new ArgumentException(
        Messages.of(OP + ": a map of entries has names, and tensors or parameters")
            .line("name ", name == null ? "null" : shortened(name))
            .line("value", found)
            .hint("leave other values out")
            .text());
  }

  private MappingReport load(MappingMode mode) {
    NamePlan plan = map.plan(stored.keySet());
    match(plan);
    String name = net.clsName() + " (" + parameters.size() + " parameters)";
    MappingReport report = new MappingReport(source, name, rows, plan.dropped(), false);
    if (mode == MappingMode.DRY_RUN) {
      return report;
    }
    boolean unfit = report.count(Status.SHAPE) + report.count(Status.UNFIT) > 0;
    if (unfit || mode == MappingMode.STRICT && !report.isComplete()) {
      throw refused(report, unfit);
    }
    assign();
    return report.loadedNow();
  }

  private static MappingException refused(MappingReport report, boolean unfit) {
    String hint =
        unfit
            ? "drop entries that should stay out by a rule, or change their values by one"
            : "rename or drop entries by rules, or load with MappingMode.LENIENT";
    return new MappingException(
        Messages.of(OP + ": the checkpoint does not fit the network; nothing was loaded")
            .line("report", report.problems(MOST_LISTED).replace("\n", "\n  "))
            .hint(hint)
            .text(),
        report);
  }

  // ---- matching ---------------------------------------------------------------------------------

  private void match(NamePlan plan) {
    Map<String, MappedEntry> mapped = new LinkedHashMap<>();
    plan.entries().forEach(entry -> mapped.put(entry.name(), entry));
    Map<String, String> expected = expectedNames();
    parameters.forEach(
        (name, parameter) -> {
          MappedEntry entry = mapped.remove(name);
          ValueForm expects = new ValueForm(NetLoader.shape(parameter), NetLoader.dtype(parameter));
          rows.add(
              entry == null
                  ? new Row(Status.MISSING, name, expects, expected.get(name), null, "", List.of())
                  : compared(name, expects, entry));
        });
    mapped.values().forEach(entry -> rows.add(unexpected(entry)));
    suggest(expected);
    rows.sort(Comparator.comparing(Row::status));
  }

  /** What the map would call each parameter in the checkpoint, as far as it can tell. */
  private Map<String, String> expectedNames() {
    Map<String, String> expected = new HashMap<>();
    try {
      for (MappedEntry entry : map.inverse().plan(parameters.keySet()).entries()) {
        entry.sources().forEach(name -> expected.putIfAbsent(name, entry.name()));
      }
    } catch (ArgumentException e) {
      return Map.of(); // the map has no inverse
    }
    return expected;
  }

  private Row compared(String name, ValueForm expects, MappedEntry entry) {
    String from = String.join(", ", entry.sources());
    ValueForm has;
    try {
      has = entry.form(this::form);
    } catch (TensorException e) {
      String why = String.valueOf(e.getMessage());
      return new Row(Status.UNFIT, name, expects, from, null, why, List.of());
    }
    Status status = Status.MATCHED;
    String note = entry.transform();
    if (!has.shape().equals(expects.shape())) {
      status = Status.SHAPE;
    } else if (has.dtype() != expects.dtype()) {
      boolean castable = NetLoader.castable(has.dtype(), expects.dtype());
      status = castable ? Status.CONVERTED : Status.UNFIT;
      note = castable ? note : "only floats, or signed integers, are cast";
    }
    if (!status.isProblem()) {
      matches.put(name, entry);
    }
    return new Row(status, name, expects, from, has, note, List.of());
  }

  private ValueForm form(String name) {
    CheckpointEntry entry = Objects.requireNonNull(stored.get(name));
    if (entry.dtype() == null) {
      throw new ArgumentException("the type " + entry.storedType() + " cannot be loaded");
    }
    return new ValueForm(Shape.of(entry.shape()), entry.dtype());
  }

  private Row unexpected(MappedEntry entry) {
    @Nullable ValueForm has = null;
    try {
      has = entry.form(this::form);
    } catch (TensorException e) {
      // An entry that nobody wants may be of any form.
    }
    String from = String.join(", ", entry.sources());
    String note = from.equals(entry.name()) ? "" : "would be '" + shortened(entry.name()) + "'";
    return new Row(Status.UNEXPECTED, null, null, from, has, note, List.of());
  }

  private static String shortened(String name) {
    return Problems.shortened(name);
  }

  // ---- suggestions ------------------------------------------------------------------------------

  private void suggest(Map<String, String> expected) {
    List<Row> missing = some(Status.MISSING, MOST_CANDIDATES);
    List<Row> unexpected = some(Status.UNEXPECTED, MOST_CANDIDATES);
    int suggestions = 0;
    for (int i = 0; i < rows.size() && suggestions < MOST_SUGGESTIONS; i++) {
      Row row = rows.get(i);
      if (row.status() == Status.MISSING) {
        rows.set(i, with(row, NearestNames.of(inFile(row, expected), entries(row, unexpected))));
        suggestions++;
      } else if (row.status() == Status.UNEXPECTED) {
        List<NearestNames.Candidate> all = parameters(row, missing, expected);
        rows.set(i, with(row, NearestNames.of(String.valueOf(row.entry()), all)));
        suggestions++;
      }
    }
  }

  private List<Row> some(Status status, int most) {
    return rows.stream().filter(row -> row.status() == status).limit(most).toList();
  }

  private static String inFile(Row row, Map<String, String> expected) {
    String name = String.valueOf(row.parameter());
    return expected.getOrDefault(name, name);
  }

  private static List<NearestNames.Candidate> entries(Row wanted, List<Row> unexpected) {
    return unexpected.stream()
        .map(
            row -> {
              String name = String.valueOf(row.entry());
              return new NearestNames.Candidate(name, name, sameShape(wanted.expects(), row.has()));
            })
        .toList();
  }

  private static List<NearestNames.Candidate> parameters(
      Row found, List<Row> missing, Map<String, String> expected) {
    return missing.stream()
        .map(
            row ->
                new NearestNames.Candidate(
                    String.valueOf(row.parameter()),
                    inFile(row, expected),
                    sameShape(row.expects(), found.has())))
        .toList();
  }

  private static boolean sameShape(@Nullable ValueForm one, @Nullable ValueForm other) {
    return one != null && other != null && one.shape().equals(other.shape());
  }

  private static Row with(Row row, List<String> nearest) {
    return new Row(
        row.status(), row.parameter(), row.expects(), row.entry(), row.has(), row.note(), nearest);
  }

  // ---- values -----------------------------------------------------------------------------------

  private void assign() {
    try (Scope all = Scope.open()) {
      Map<Variable, Tensor> values = new LinkedHashMap<>();
      matches.forEach(
          (name, entry) -> {
            Variable target = Objects.requireNonNull(parameters.get(name));
            try (Scope one = Scope.open()) {
              Tensor value = entry.value(reader).cast(NetLoader.dtype(target));
              // A part of a value must not keep the whole alive, nor fail to be copied later.
              values.put(target, one.give(entry.transform().isEmpty() ? value : value.copy()));
            }
          });
      values.forEach(
          (target, value) -> {
            if (target instanceof Parameter p) {
              p.setData(value);
            } else {
              target.assign(value);
            }
          });
    }
  }
}
