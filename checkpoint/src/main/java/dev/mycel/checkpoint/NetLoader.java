package dev.mycel.checkpoint;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.DType;
import dev.mycel.core.Messages;
import dev.mycel.core.Scope;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import dev.mycel.core.Variable;
import dev.mycel.nn.Cell;
import dev.mycel.nn.Parameter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Copies entries into a network's parameters and persistent buffers: first everything is checked,
 * then all is copied.
 */
final class NetLoader {
  private static final String OP = "loadParamIntoNet";
  private static final System.Logger LOG = System.getLogger("dev.mycel.checkpoint");
  private static final int MOST_LISTED = 10;

  /** One copy to be made. */
  private record Copy(Variable target, Parameter source) {}

  private final Map<String, Variable> targets;
  private final Map<String, Parameter> entries;
  private final LoadMode mode;
  private final List<Copy> copies = new ArrayList<>();
  private final Set<String> unused;
  private final Map<String, Variable> missing = new LinkedHashMap<>();

  private NetLoader(Map<String, Variable> targets, Map<String, Parameter> entries, LoadMode mode) {
    this.targets = targets;
    this.entries = entries;
    this.mode = mode;
    this.unused = new LinkedHashSet<>(entries.keySet());
  }

  static LoadResult load(Cell<?, ?> net, Map<String, Parameter> entries, LoadMode mode) {
    entries.forEach(
        (name, p) -> {
          if (name == null || p == null) {
            throw new ArgumentException(OP + ": the map has a null name or parameter: " + name);
          }
        });
    NetLoader loader = new NetLoader(net.variablesDict(), entries, mode);
    loader.matchNames();
    if (mode == LoadMode.LENIENT) {
      loader.matchPrefixes();
    }
    if (mode == LoadMode.EXACT) {
      loader.refuseMismatch();
    }
    loader.copy();
    return new LoadResult(List.copyOf(loader.missing.keySet()), List.copyOf(loader.unused));
  }

  // ---- names ------------------------------------------------------------------------------------

  private void matchNames() {
    targets.forEach(
        (name, target) -> {
          Parameter source = entries.get(name);
          if (source == null) {
            missing.put(name, target);
          } else {
            plan(name, target, name, source);
          }
        });
  }

  /**
   * Entries of a larger network, {@code backbone.conv.weight} for {@code conv.weight}: the first
   * missing name that is the end of an unused entry's name gives a prefix, which is then tried with
   * all of them. Prefixes end at a dot, so that {@code weight} is no end of {@code xweight}.
   */
  private void matchPrefixes() {
    for (String prefix = nextPrefix(); prefix != null; prefix = nextPrefix()) {
      int loaded = 0;
      for (String name : List.copyOf(missing.keySet())) {
        Parameter source = entries.get(prefix + name);
        Variable target = missing.get(name);
        if (source != null && target != null && unused.contains(prefix + name)) {
          plan(name, target, prefix + name, source);
          missing.remove(name);
          loaded++;
        }
      }
      LOG.log(
          System.Logger.Level.WARNING,
          "{0}: {1} parameters are loaded from entries with the prefix ''{2}''",
          OP,
          loaded,
          prefix);
    }
  }

  private @Nullable String nextPrefix() {
    for (String name : missing.keySet()) {
      for (String entry : unused) {
        if (entry.endsWith("." + name)) {
          return entry.substring(0, entry.length() - name.length());
        }
      }
    }
    return null;
  }

  private void refuseMismatch() {
    if (missing.isEmpty() && unused.isEmpty()) {
      return;
    }
    throw new CheckpointException(
        Messages.of(OP + ": the names are not those of the network; nothing was loaded")
            .line("parameters without an entry", listed(missing.keySet()))
            .line("entries without a parameter", listed(unused))
            .hint("rename the entries, or load with LoadMode.STRICT and look at the result")
            .text());
  }

  private static String listed(Set<String> names) {
    if (names.isEmpty()) {
      return "none";
    }
    String some = String.join(", ", names.stream().limit(MOST_LISTED).toList());
    return names.size() + ": " + some + (names.size() > MOST_LISTED ? ", ..." : "");
  }

  // ---- values -----------------------------------------------------------------------------------

  private void plan(String name, Variable target, String entry, Parameter source) {
    if (!fits(source.shape(), shape(target))) {
      throw refused(
          name,
          target,
          entry,
          source,
          "shapes differ",
          "only further axes of extent 1 at the end are dropped");
    }
    if (source.dtype() != dtype(target)) {
      boolean castable = castable(source.dtype(), dtype(target));
      if (mode != LoadMode.LENIENT || !castable) {
        throw refused(
            name,
            target,
            entry,
            source,
            "dtypes differ",
            castable
                ? "cast the entry, or load with LoadMode.LENIENT"
                : "cast the entry first: only floats, or signed integers, are cast");
      }
      LOG.log(
          System.Logger.Level.WARNING,
          "{0}: ''{1}'' is cast from {2} to {3}",
          OP,
          entry,
          source.dtype(),
          dtype(target));
    }
    copies.add(new Copy(target, source));
    unused.remove(entry);
  }

  private CheckpointException refused(
      String name, Variable target, String entry, Parameter source, String what, String hint) {
    return new CheckpointException(
        Messages.of(OP + ": " + what + " at '" + name + "'; nothing was loaded")
            .line(
                target instanceof Parameter ? "parameter" : "buffer   ",
                dtype(target) + " " + shape(target))
            .line("entry    ", "'" + entry + "' " + source.dtype() + " " + source.shape())
            .hint(hint)
            .text());
  }

  /**
   * Equal, or equal but for further axes of extent 1 at the end of the entry's shape; a scalar also
   * fits where one element is.
   */
  private static boolean fits(Shape source, Shape target) {
    long[] from = source.dims();
    long[] to = target.dims();
    if (from.length == 0) {
      return target.size() == 1;
    }
    if (from.length < to.length) {
      return false;
    }
    for (int i = 0; i < from.length; i++) {
      if (from[i] != (i < to.length ? to[i] : 1)) {
        return false;
      }
    }
    return true;
  }

  static boolean castable(DType from, DType to) {
    return (from.isFloat() && to.isFloat()) || (isSigned(from) && isSigned(to));
  }

  private static boolean isSigned(DType t) {
    return t.isInteger() && t != DType.UINT8;
  }

  /** Asking a parameter does not fill it. */
  static Shape shape(Variable target) {
    return target instanceof Parameter p ? p.shape() : target.type().shape();
  }

  static DType dtype(Variable target) {
    return target instanceof Parameter p ? p.dtype() : target.type().dtype();
  }

  private void copy() {
    if (!missing.isEmpty()) {
      LOG.log(
          System.Logger.Level.WARNING,
          "{0}: parameters that no entry was found for: {1}",
          OP,
          listed(missing.keySet()));
    }
    for (Copy copy : copies) {
      try (Scope scope = Scope.open()) {
        Tensor value = copy.source.value().cast(dtype(copy.target));
        Tensor shaped = value.reshape(shape(copy.target).dims());
        if (copy.target instanceof Parameter p) {
          p.setData(shaped);
        } else {
          copy.target.assign(shaped);
        }
      }
    }
  }
}
