package dev.mycel.checkpoint.tool;

import dev.mycel.checkpoint.CheckpointEntry;
import dev.mycel.checkpoint.CheckpointException;
import dev.mycel.checkpoint.CheckpointFile;
import dev.mycel.checkpoint.Checkpoints;
import dev.mycel.checkpoint.TensorSource;
import dev.mycel.checkpoint.names.MappedEntry;
import dev.mycel.checkpoint.names.NamePlan;
import dev.mycel.checkpoint.names.ValueForm;
import dev.mycel.core.DType;
import dev.mycel.core.Scope;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
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
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Writes what is in one file to another, of a format that the name tells. */
@Command(
    name = "convert",
    mixinStandardHelpOptions = true,
    description = {
      "Writes the tensors and texts of a file to another, one tensor at a time.",
      "The ending of OUT tells its format: .ckpt, .safetensors, .npz,",
      "or .npy for the one tensor of a file."
    })
final class ConvertCommand implements Callable<Integer> {
  /** The types that floats may become. */
  enum Floats {
    /** bfloat16. */
    BF16(DType.BFLOAT16),
    /** float16. */
    F16(DType.FLOAT16),
    /** float32. */
    F32(DType.FLOAT32),
    /** float64. */
    F64(DType.FLOAT64);

    private final DType dtype;

    Floats(DType dtype) {
      this.dtype = dtype;
    }
  }

  @ParentCommand private @Nullable Main main;
  @Spec private @Nullable CommandSpec spec;
  @Mixin private Input input = new Input();

  @Parameters(index = "0", paramLabel = "IN", description = "The file to read.")
  private Path in = Path.of("");

  @Parameters(index = "1", paramLabel = "OUT", description = "The file to write or to replace.")
  private Path out = Path.of("");

  @Option(
      names = "--map",
      paramLabel = "FILE",
      description = "Rules for names, one on a line; see docs/checkpoints.md.")
  private @Nullable Path map;

  @Option(
      names = "--dtype",
      paramLabel = "TYPE",
      description = "bf16, f16, f32 or f64: the type that floats become; others stay.")
  private @Nullable Floats floats;

  @Override
  public Integer call() {
    PrintWriter err = Objects.requireNonNull(spec).commandLine().getErr();
    String ending = ending();
    Path rules = map;
    try (CheckpointFile opened = input.open(in)) {
      Map<String, Object> entries = new LinkedHashMap<>();
      tensors(opened, rules).forEach((name, source) -> entries.put(name, converted(name, source)));
      long bytes = 0;
      for (Object source : entries.values()) {
        bytes += bytes((TensorSource) source);
      }
      try (Progress progress = Objects.requireNonNull(main).progress(bytes)) {
        entries.replaceAll((name, source) -> counted((TensorSource) source, progress));
        write(opened, ending, entries, err);
      }
    }
    return Main.FINE;
  }

  private String ending() {
    Path folder = out.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw new ParameterException(
          Objects.requireNonNull(spec).commandLine(), "there is no folder '" + folder + "'");
    }
    String name = String.valueOf(out.getFileName()).toLowerCase(Locale.ROOT);
    for (String ending : List.of(".ckpt", ".safetensors", ".npz", ".npy")) {
      if (name.endsWith(ending)) {
        return ending;
      }
    }
    throw new ParameterException(
        Objects.requireNonNull(spec).commandLine(),
        "OUT must end in .ckpt, .safetensors, .npz or .npy, not '" + Printable.name(name) + "'");
  }

  // ---- what is written --------------------------------------------------------------------------

  private static Map<String, TensorSource> tensors(CheckpointFile opened, @Nullable Path rules) {
    Map<String, TensorSource> sources = new LinkedHashMap<>();
    if (rules == null) {
      opened.entries().forEach(e -> sources.put(e.name(), source(opened, e)));
      return sources;
    }
    Map<String, CheckpointEntry> stored = new LinkedHashMap<>();
    opened.entries().forEach(e -> stored.put(e.name(), e));
    NamePlan plan = Checkpoints.readNameMap(rules).plan(stored.keySet());
    for (MappedEntry entry : plan.entries()) {
      ValueForm form =
          entry.form(
              name -> {
                TensorSource s = source(opened, Objects.requireNonNull(stored.get(name)));
                return new ValueForm(s.shape(), s.dtype());
              });
      sources.put(
          entry.name(),
          new TensorSource(form.dtype(), form.shape(), () -> entry.value(opened::tensor)));
    }
    return sources;
  }

  private static TensorSource source(CheckpointFile opened, CheckpointEntry entry) {
    if (!entry.isLoadable()) {
      throw new CheckpointException(
          "convert: the type "
              + entry.storedType()
              + " of '"
              + entry.name()
              + "' cannot be loaded; drop the entry with a rule: --map");
    }
    return TensorSource.of(opened, entry);
  }

  private TensorSource converted(String name, TensorSource source) {
    Floats to = floats;
    if (to == null || !source.dtype().isFloat()) {
      return source;
    }
    TensorSource cast = source.cast(to.dtype);
    return to == Floats.F16 && source.dtype() != DType.FLOAT16
        ? new TensorSource(cast.dtype(), cast.shape(), () -> narrowed(name, source.content().get()))
        : cast;
  }

  /** Numbers beyond 65504 become infinite, which nobody should find out later. */
  private Tensor narrowed(String name, Tensor tensor) {
    Tensor halves = tensor.cast(DType.FLOAT16);
    long more = Stats.of(halves).infinite() - Stats.of(tensor).infinite();
    if (more > 0) {
      Main.tell(
          Objects.requireNonNull(spec).commandLine().getErr(),
          "warning: "
              + more
              + " elements of '"
              + name
              + "' are beyond float16 and became infinite");
    }
    return halves;
  }

  private static long bytes(TensorSource source) {
    return source.shape().size() * source.dtype().bytes();
  }

  private static TensorSource counted(TensorSource source, Progress progress) {
    Shape shape = source.shape();
    return new TensorSource(
        source.dtype(),
        shape,
        () -> {
          Tensor made = source.content().get();
          progress.add(bytes(source));
          return made;
        });
  }

  // ---- writing ----------------------------------------------------------------------------------

  private void write(
      CheckpointFile opened, String ending, Map<String, Object> entries, PrintWriter err) {
    Map<String, String> texts = opened.metadata();
    if (ending.startsWith(".np")) {
      if (!texts.isEmpty()) {
        Main.tell(err, "note: texts are left out, the format has none: " + texts.size());
      }
      if (ending.equals(".npz")) {
        Checkpoints.saveNpz(entries, out);
      } else {
        writeOne(entries);
      }
      return;
    }
    texts.forEach(
        (name, text) -> {
          if (entries.putIfAbsent(name, text) != null) {
            throw new CheckpointException(
                "convert: a text and a tensor are called '" + name + "'; rename one with --map");
          }
        });
    if (ending.equals(".ckpt")) {
      Checkpoints.saveCheckpoint(entries, out);
    } else {
      Checkpoints.saveSafetensors(entries, out);
    }
  }

  private void writeOne(Map<String, Object> entries) {
    if (entries.size() != 1) {
      throw new CheckpointException(
          "convert: a .npy holds one tensor, the file has "
              + entries.size()
              + "; write a .npz, or drop the others with --map");
    }
    TensorSource only = (TensorSource) entries.values().iterator().next();
    try (Scope scope = Scope.open()) {
      Checkpoints.saveNpy(only.content().get(), out);
    }
  }
}
