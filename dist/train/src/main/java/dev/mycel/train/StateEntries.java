package dev.mycel.train;

import dev.mycel.checkpoint.CheckpointException;
import dev.mycel.checkpoint.Checkpoints;
import dev.mycel.checkpoint.LoadOptions;
import dev.mycel.checkpoint.LoadedParameters;
import dev.mycel.core.ArgumentException;
import dev.mycel.core.DType;
import dev.mycel.core.Messages;
import dev.mycel.core.Ops;
import dev.mycel.core.Tensor;
import dev.mycel.core.Variable;
import dev.mycel.nn.Parameter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The entries of a state file: parameters under their own names, and all else under names that
 * begin with {@link #PREFIX}. What is taken is gone, so that what nobody knows shows at the end.
 */
final class StateEntries {
  static final String PREFIX = "training_state.";
  static final String VERSION = "version";
  static final String ENTRY = "entry.";
  static final long NEWEST = 1;

  private final Path file;
  private final Map<String, Parameter> parameters = new LinkedHashMap<>();
  private final Map<String, Object> reserved = new LinkedHashMap<>();
  private final Set<String> strangeTexts = new LinkedHashSet<>();

  private StateEntries(Path file, LoadedParameters loaded) {
    this.file = file;
    loaded.forEach(
        (name, p) -> {
          if (name.startsWith(PREFIX)) {
            reserved.put(name.substring(PREFIX.length()), p);
          } else {
            parameters.put(name, p);
          }
        });
    loaded
        .strings()
        .forEach(
            (name, text) -> {
              if (name.startsWith(PREFIX)) {
                reserved.put(name.substring(PREFIX.length()), text);
              } else {
                strangeTexts.add(name);
              }
            });
  }

  /** Reads a file, which must be a training state. */
  static StateEntries read(Path file) {
    LoadOptions options = LoadOptions.defaults().verifyCrc(false);
    StateEntries entries = new StateEntries(file, Checkpoints.loadCheckpoint(file, options));
    if (!entries.reserved.containsKey(VERSION)) {
      throw entries.refused(
          "the file holds no training state",
          "a file of parameters alone is loaded by Checkpoints.loadCheckpoint and loadParamIntoNet");
    }
    Checkpoints.verify(file);
    long version = entries.takeCount(VERSION);
    if (version != NEWEST) {
      throw entries.refused(
          "the state has version " + version + ", " + NEWEST + " is known",
          "use the release of the library that saved it, or a newer one");
    }
    return entries;
  }

  /** The parameters by name. */
  Map<String, Parameter> parameters() {
    return parameters;
  }

  /** Names of texts that are no part of the state. */
  Set<String> strangeTexts() {
    return strangeTexts;
  }

  // ---- taking -----------------------------------------------------------------------------------

  /** Whether there is an entry of that name, or one whose name goes on after it. */
  boolean has(String beginning) {
    return reserved.keySet().stream().anyMatch(name -> name.startsWith(beginning));
  }

  /** A whole number that is not negative. */
  long takeCount(String name) {
    Object value = take(name);
    if (!(value instanceof Long number)) {
      throw damaged(name, "is no int64 scalar");
    }
    if (number < 0) {
      throw damaged(name, "is negative: " + number);
    }
    return number;
  }

  boolean takeFlag(String name) {
    if (take(name) instanceof Boolean flag) {
      return flag;
    }
    throw damaged(name, "is no bool scalar");
  }

  /** A float64 number, if there is one. */
  OptionalDouble takeReal(String name) {
    if (!reserved.containsKey(name)) {
      return OptionalDouble.empty();
    }
    if (take(name) instanceof Double number) {
      return OptionalDouble.of(number);
    }
    throw damaged(name, "is no float64 scalar");
  }

  /** All entries whose names begin so, by the rest of their names, in the order of the file. */
  Map<String, Object> takeAll(String beginning) {
    Map<String, Object> taken = new LinkedHashMap<>();
    for (String name : List.copyOf(reserved.keySet())) {
      if (name.startsWith(beginning)) {
        taken.put(name.substring(beginning.length()), take(name));
      }
    }
    return taken;
  }

  private Object take(String name) {
    Object stored = reserved.remove(name);
    if (stored == null) {
      throw refused(
          "the state has no entry '" + PREFIX + name + "'",
          "the file is damaged: use another checkpoint");
    }
    return stored instanceof Parameter p ? fromFile(p) : stored;
  }

  /** Refuses what nobody has taken. */
  void requireAllTaken() {
    if (!reserved.isEmpty()) {
      throw damaged(reserved.keySet().iterator().next(), "is not known");
    }
  }

  // ---- errors -----------------------------------------------------------------------------------

  CheckpointException damaged(String name, String what) {
    return new CheckpointException(
        Messages.of("TrainingState: an entry of the state " + what)
            .line("entry", "'" + PREFIX + name + "'")
            .line("file ", file)
            .hint("the file is damaged or was changed: use another checkpoint")
            .text());
  }

  CheckpointException refused(String what, String hint) {
    return refusal(what).hint(hint).asException();
  }

  Refusal refusal(String what) {
    return new Refusal(Messages.of("TrainingState: " + what).line("file", file));
  }

  /** An error that is being put together. */
  record Refusal(Messages text) {
    Refusal line(String label, @Nullable Object value) {
      text.line(label, value);
      return this;
    }

    Refusal hint(String hint) {
      text.hint(hint);
      return this;
    }

    CheckpointException asException() {
      return new CheckpointException(text.text());
    }
  }

  // ---- values -----------------------------------------------------------------------------------

  /** A value that is kept: a variable in place of a tensor, which scopes do not end. */
  static Object kept(String op, String name, @Nullable Object value) {
    if (value instanceof Integer || value instanceof Short || value instanceof Byte) {
      return ((Number) value).longValue();
    }
    if (value instanceof Float f) {
      return (double) f;
    }
    if (value instanceof Tensor t) {
      return new Variable(t);
    }
    if (value instanceof Long
        || value instanceof Double
        || value instanceof Boolean
        || value instanceof String
        || value instanceof Variable) {
      return value;
    }
    throw new ArgumentException(
        Messages.of(op + ": the value of '" + name + "' cannot be kept")
            .line("value", value == null ? "null" : value.getClass().getName())
            .hint("keep strings, longs, doubles, booleans or tensors")
            .text());
  }

  /** Kept values by name. */
  static Map<String, Object> kept(String op, Map<String, ?> values) {
    Map<String, Object> kept = new LinkedHashMap<>();
    values.forEach((name, value) -> kept.put(name, kept(op, name, value)));
    return kept;
  }

  /** Kept values as users see them: tensors that the innermost scope ends. */
  static Map<String, Object> forUsers(Map<String, Object> kept) {
    Map<String, Object> values = new LinkedHashMap<>();
    kept.forEach(
        (name, value) -> values.put(name, value instanceof Variable v ? v.value() : value));
    return values;
  }

  /** Puts a kept value among what is saved; a double keeps its bits. */
  static void write(Map<String, Object> out, String name, Object kept) {
    out.put(PREFIX + name, kept instanceof Double d ? Ops.scalar(d, DType.FLOAT64) : kept);
  }

  /** Puts kept values among what is saved. */
  static void writeAll(Map<String, Object> out, String beginning, Map<String, Object> kept) {
    kept.forEach((name, value) -> write(out, beginning + name, value));
  }

  /** Scalars of the types that Java's numbers are saved in become such again. */
  private static Object fromFile(Parameter p) {
    if (p.shape().rank() != 0) {
      return p;
    }
    try (Tensor value = p.value()) {
      return switch (p.dtype()) {
        case INT64 -> value.itemLong();
        case FLOAT64 -> value.item();
        case BOOL -> value.itemBoolean();
        default -> p;
      };
    }
  }
}
