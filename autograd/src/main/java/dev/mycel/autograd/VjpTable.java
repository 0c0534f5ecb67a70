package dev.mycel.autograd;

import dev.mycel.core.Primitive;
import dev.mycel.core.Tensor;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The gradient rows. A primitive has rows for its inputs, or is listed flat (its derivative is zero
 * wherever it exists), or, when it is a composite, is listed as expanded: then its decomposition is
 * differentiated.
 */
public final class VjpTable {
  /**
   * The gradient of one input.
   *
   * @param <A> record type of the attributes
   */
  @FunctionalInterface
  public interface Pull<A> {
    /**
     * The gradient, of the input's shape and dtype, from what was saved and the gradient of the
     * first output.
     */
    Tensor pull(Saved<A> saved, Tensor dy);
  }

  /**
   * The gradients of several inputs at once.
   *
   * @param <A> record type of the attributes
   */
  @FunctionalInterface
  public interface JointPull<A> {
    /**
     * The gradients by input, null for none.
     *
     * @param dy gradients by output, null where nothing flows
     * @param wanted whether the gradient of input i is used
     */
    @Nullable Tensor[] pull(Saved<A> saved, @Nullable Tensor[] dy, boolean[] wanted);
  }

  /** The row of a primitive: single pulls by input, or a joint one. */
  static final class Row<A> {
    private final Map<Integer, Pull<A>> pulls = new HashMap<>();
    private final Map<Integer, Needs> needs = new HashMap<>();
    private @Nullable JointPull<A> joint;
    private Needs jointNeeds = Needs.nothing();

    /** Whether each input has a row of its own. */
    boolean isByInput() {
      return joint == null;
    }

    @Nullable Pull<A> pull(int input) {
      return pulls.get(input);
    }

    /**
     * The gradients by input, null for none.
     *
     * @param wanted whether the gradient of input i is used
     */
    @Nullable Tensor[] pull(Saved<A> saved, @Nullable Tensor[] dy, boolean[] wanted) {
      JointPull<A> together = joint;
      if (together != null) {
        return together.pull(saved, dy, wanted);
      }
      @Nullable Tensor[] grads = new Tensor[wanted.length];
      Tensor first = dy[0];
      for (int i = 0; first != null && i < grads.length; i++) {
        Pull<A> pull = wanted[i] ? pulls.get(i) : null;
        grads[i] = pull == null ? null : pull.pull(saved, first);
      }
      return grads;
    }

    Needs needs(int input) {
      return joint != null ? jointNeeds : needs.getOrDefault(input, Needs.nothing());
    }
  }

  private static final class Holder {
    static final VjpTable FROZEN = load();
  }

  private final Map<Primitive<?>, Row<?>> rows = new HashMap<>();
  private final Set<Primitive<?>> flat = new HashSet<>();
  private final Set<Primitive<?>> expanded = new HashSet<>();
  private @Nullable Row<?>[] byId = new Row<?>[0];
  private boolean frozen;

  VjpTable() {}

  /** The table with the rows of all providers. */
  static VjpTable get() {
    return Holder.FROZEN;
  }

  /** Whether a primitive has gradient rows. */
  public static boolean hasRow(Primitive<?> p) {
    return get().rows.containsKey(p);
  }

  /** Whether a primitive is listed flat. */
  public static boolean isFlat(Primitive<?> p) {
    return get().flat.contains(p);
  }

  /** Whether a composite is listed as differentiated through its decomposition. */
  public static boolean isExpanded(Primitive<?> p) {
    return get().expanded.contains(p);
  }

  /** The gradient of one input. */
  public <A> void wrt(int input, Primitive<A> p, Needs needs, Pull<A> pull) {
    Row<A> row = row(p);
    if (row.joint != null || row.pulls.putIfAbsent(input, pull) != null) {
      throw new IllegalStateException(p + ": two gradient rows for input " + input);
    }
    row.needs.put(input, needs);
  }

  /** The gradients of all inputs at once. */
  public <A> void all(Primitive<A> p, Needs needs, JointPull<A> pull) {
    Row<A> row = row(p);
    if (row.joint != null || !row.pulls.isEmpty()) {
      throw new IllegalStateException(p + ": two gradient rows");
    }
    row.joint = pull;
    row.jointNeeds = needs;
  }

  /** States that the derivative is zero wherever it exists. */
  public void flat(Primitive<?>... primitives) {
    for (Primitive<?> p : primitives) {
      mutable();
      if (!flat.add(p)) {
        throw new IllegalStateException(p + ": listed flat twice");
      }
    }
  }

  /** States that a composite is differentiated through its decomposition. */
  public void expanded(Primitive<?>... primitives) {
    for (Primitive<?> p : primitives) {
      mutable();
      if (!p.isComposite() || !expanded.add(p)) {
        throw new IllegalStateException(p + ": listed as expanded twice, or no composite");
      }
    }
  }

  /** The row of a primitive, or null. */
  @SuppressWarnings("unchecked") // row() keeps primitive and row of one type
  <A> @Nullable Row<A> find(Primitive<A> p) {
    int id = p.id();
    return id < byId.length ? (Row<A>) byId[id] : null;
  }

  @SuppressWarnings("unchecked") // see find
  private <A> Row<A> row(Primitive<A> p) {
    mutable();
    return (Row<A>) rows.computeIfAbsent(p, k -> new Row<A>());
  }

  private void mutable() {
    if (frozen) {
      throw new IllegalStateException("the gradient table is frozen");
    }
  }

  private static VjpTable load() {
    VjpTable table = new VjpTable();
    ServiceLoader.load(VjpProvider.class, VjpTable.class.getClassLoader())
        .forEach(p -> p.register(table));
    int largest = 0;
    for (Primitive<?> p : table.rows.keySet()) {
      if (table.flat.contains(p) || table.expanded.contains(p)) {
        throw new IllegalStateException(p + ": has a gradient row and is listed flat or expanded");
      }
      largest = Math.max(largest, p.id());
    }
    table.byId = new Row<?>[largest + 1];
    table.rows.forEach((p, row) -> table.byId[p.id()] = row);
    table.frozen = true;
    return table;
  }
}
