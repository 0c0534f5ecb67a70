package dev.mycel.nn;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.DType;
import dev.mycel.core.Messages;
import dev.mycel.core.Scope;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import dev.mycel.core.Variable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The state of a tree of cells by path: of each cell its parameters, its persistent buffers and its
 * extra state, then its children. What stands in several places has several paths.
 */
final class CellState {
  private static final String OP = "loadStateDict";
  private static final String EXTRA = "_extra_state";
  private static final int MOST_LISTED = 10;

  /** Parameters and persistent buffers. */
  private final Map<String, Variable> variables = new LinkedHashMap<>();

  /** Cells with a state of their own, by the key of that. */
  private final Map<String, Cell<?, ?>> extras = new LinkedHashMap<>();

  /** All keys in the order of the walk. */
  private final Set<String> keys = new LinkedHashSet<>();

  private final Cell<?, ?> root;

  private CellState(Cell<?, ?> root) {
    this.root = root;
    collect(root, "", Collections.newSetFromMap(new IdentityHashMap<>()));
  }

  private void collect(Cell<?, ?> cell, String prefix, Set<Cell<?, ?>> above) {
    if (!above.add(cell)) {
      return; // a cell inside itself
    }
    Members members = Members.of(cell);
    for (Members.Own own : members.parameters()) {
      variables.put(added(prefix + own.name()), own.parameter());
    }
    for (Members.Kept kept : members.buffers()) {
      if (kept.buffer().isPersistent()) {
        variables.put(added(prefix + kept.name()), kept.buffer());
      }
    }
    if (cell.getExtraState().isPresent()) {
      extras.put(added(prefix + EXTRA), cell);
    }
    for (Members.Child child : members.children()) {
      collect(child.cell(), prefix + child.name() + ".", above);
    }
    above.remove(cell);
  }

  private String added(String key) {
    if (!keys.add(key)) {
      throw new ArgumentException(
          Messages.of("stateDict: two members of " + root.clsName() + " have the same path")
              .line("path", key)
              .hint("rename one; names with dots are paths to members of children")
              .text());
    }
    return key;
  }

  /** The values of now; each is a claim of its own on the memory. */
  static Map<String, Tensor> take(Cell<?, ?> root) {
    CellState state = new CellState(root);
    Map<String, Tensor> values = new LinkedHashMap<>();
    for (String key : state.keys) {
      Variable variable = state.variables.get(key);
      Cell<?, ?> extra = state.extras.get(key);
      if (variable != null) {
        values.put(key, variable.value());
      } else if (extra != null) {
        extra.getExtraState().ifPresent(value -> values.put(key, value));
      }
    }
    return Collections.unmodifiableMap(values);
  }

  // ---- loading ----------------------------------------------------------------------------------

  /** Checks all of it, and then writes all of it. */
  static IncompatibleKeys load(Cell<?, ?> root, Map<String, ?> given, boolean strict) {
    if (Constructing.isOpen()) {
      throw new ArgumentException(OP + ": it cannot be used inside construct");
    }
    try (Scope scope = Scope.open()) {
      CellState state = new CellState(root);
      Map<String, Tensor> values = values(given);
      IncompatibleKeys keys = state.compare(values);
      List<String> wrong = new ArrayList<>();
      if (strict) {
        keys.missingKeys().forEach(key -> wrong.add("missing     " + key));
        keys.unexpectedKeys().forEach(key -> wrong.add("unexpected  " + key));
      }
      Map<Variable, Tensor> plan = state.plan(values, wrong);
      if (!wrong.isEmpty()) {
        throw refusal(root, wrong);
      }
      state.write(plan, values);
      return keys;
    }
  }

  private static Map<String, Tensor> values(Map<String, ?> given) {
    Map<String, Tensor> values = new LinkedHashMap<>();
    given.forEach(
        (key, value) -> {
          if (key != null && value instanceof Tensor t) {
            values.put(key, t);
          } else if (key != null && value instanceof Variable v) {
            values.put(key, v.value());
          } else {
            throw new ArgumentException(
                Messages.of(OP + ": the entry '" + key + "' is no tensor")
                    .line("value", value == null ? "null" : value.getClass().getName())
                    .hint("a state has tensors, parameters or buffers by path")
                    .text());
          }
        });
    return values;
  }

  /** A variable of several paths is there if one of them is. */
  private IncompatibleKeys compare(Map<String, Tensor> values) {
    Set<Object> found = Collections.newSetFromMap(new IdentityHashMap<>());
    for (String key : keys) {
      if (values.containsKey(key)) {
        found.add(member(key));
      }
    }
    List<String> missing = new ArrayList<>();
    for (String key : keys) {
      if (found.add(member(key))) {
        missing.add(key);
      }
    }
    List<String> unexpected = new ArrayList<>(values.keySet());
    unexpected.removeIf(keys::contains);
    return new IncompatibleKeys(missing, unexpected);
  }

  private Object member(String key) {
    Variable variable = variables.get(key);
    return variable != null ? variable : java.util.Objects.requireNonNull(extras.get(key));
  }

  /** What will be written, cast already; what does not fit goes into the list. */
  private Map<Variable, Tensor> plan(Map<String, Tensor> values, List<String> wrong) {
    Map<Variable, Tensor> plan = new IdentityHashMap<>();
    variables.forEach(
        (key, variable) -> {
          Tensor value = values.get(key);
          if (value == null) {
            return;
          }
          Shape shape = variable instanceof Parameter p ? p.shape() : variable.type().shape();
          DType dtype = variable instanceof Parameter p ? p.dtype() : variable.type().dtype();
          if (!shape.equals(value.shape()) || !Values.fit(dtype, value.dtype())) {
            wrong.add("no fit      " + key + ": " + value.type() + " into " + dtype + " " + shape);
            return;
          }
          Tensor cast = value.cast(dtype);
          Tensor before = plan.putIfAbsent(variable, cast);
          if (before != null && !before.sameAs(cast)) {
            wrong.add("two values  " + key + ": it has another path, with another value");
          }
        });
    return plan;
  }

  private static ArgumentException refusal(Cell<?, ?> root, List<String> wrong) {
    Messages message =
        Messages.of(OP + ": the state does not fit " + root.clsName() + "; nothing was loaded");
    wrong.stream().limit(MOST_LISTED).forEach(line -> message.line(line, ""));
    if (wrong.size() > MOST_LISTED) {
      message.line("and", (wrong.size() - MOST_LISTED) + " more");
    }
    return new ArgumentException(
        message
            .hint("loadStateDict(state, false) leaves out what has no counterpart, and tells it")
            .text());
  }

  /** Extra states first, for their cells may refuse them: then those before are put back. */
  private void write(Map<Variable, Tensor> plan, Map<String, Tensor> values) {
    List<Runnable> back = new ArrayList<>();
    try {
      Set<Cell<?, ?>> done = Collections.newSetFromMap(new IdentityHashMap<>());
      extras.forEach(
          (key, cell) -> {
            Tensor value = values.get(key);
            if (value != null && done.add(cell)) {
              Tensor before = cell.getExtraState().orElseThrow();
              back.add(0, () -> cell.setExtraState(before));
              cell.setExtraState(value);
            }
          });
      plan.forEach(
          (variable, value) -> {
            if (!(variable instanceof Parameter p) || p.isInitialized()) {
              Tensor before = variable.value();
              back.add(0, () -> variable.assign(before));
            }
            variable.assign(value);
          });
    } catch (RuntimeException | Error e) {
      for (Runnable undo : back) {
        try {
          undo.run();
        } catch (RuntimeException again) {
          e.addSuppressed(again);
        }
      }
      throw e;
    }
  }
}
