package dev.mycel.autograd;

import dev.mycel.core.Attrs;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Primitive;
import dev.mycel.core.Prims;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * How {@code vmap} computes a primitive for all slices at once. A primitive needs no statement here
 * if it is elementwise (it is run on all slices as it is) or a composite (its decomposition is
 * batched); a rule for a composite keeps it whole, for the sake of its fused kernel.
 */
public final class BatchTable {
  /**
   * A primitive for all slices.
   *
   * @param <A> record type of the attributes
   */
  @FunctionalInterface
  public interface Rule<A> {
    /**
     * The results, each with the slices along a new first axis; null if the rule does not hold for
     * this call, so that a composite is expanded.
     */
    Tensor @Nullable [] batch(Call<A> call);
  }

  /**
   * A call over all slices.
   *
   * @param <A> record type of the attributes
   */
  public static final class Call<A> {
    private final A attrs;
    private final long size;
    private final Tensor[] given;
    private final boolean[] mapped;

    Call(A attrs, long size, Tensor[] given, boolean[] mapped) {
      this.attrs = attrs;
      this.size = size;
      this.given = given;
      this.mapped = mapped;
    }

    /** The attributes for one slice. */
    public A attrs() {
      return attrs;
    }

    /** The number of slices. */
    public long size() {
      return size;
    }

    /** The number of inputs. */
    public int count() {
      return given.length;
    }

    /** Whether an input has a value of its own for each slice. */
    public boolean isMapped(int i) {
      return mapped[i];
    }

    /** An input as it is: with the slices along its first axis if it is mapped. */
    public Tensor given(int i) {
      return given[i];
    }

    /** The shape of one slice of an input. */
    public Shape shape(int i) {
      return mapped[i] ? given[i].shape().without(0) : given[i].shape();
    }

    /** An input with the slices along its first axis; repeated if it is not mapped. */
    public Tensor in(int i) {
      return mapped[i] ? given[i] : Batch.repeated(given[i], size);
    }

    /** All inputs with the slices along their first axes. */
    public Tensor[] ins() {
      Tensor[] all = new Tensor[given.length];
      Arrays.setAll(all, this::in);
      return all;
    }

    /** An input whose own first axis has taken in the slices: [size * n, ...]. */
    public Tensor folded(int i) {
      Tensor x = in(i);
      Shape s = x.shape();
      return reshape(x, s.without(0).with(0, s.dim(0) * s.dim(1)));
    }

    /** The slices of a result whose first axis had taken them in. */
    public Tensor unfolded(Tensor y) {
      Shape s = y.shape();
      return reshape(y, s.with(0, s.dim(0) / size).insert(0, size));
    }

    private static Tensor reshape(Tensor x, Shape to) {
      return Interpreters.bind(Prims.RESHAPE, new Attrs.To(to), x);
    }
  }

  private static final class Holder {
    static final BatchTable FROZEN = load();
  }

  private final Map<Primitive<?>, Rule<?>> rules = new HashMap<>();
  private boolean frozen;

  private BatchTable() {}

  /** The table with the rules of all providers. */
  static BatchTable get() {
    return Holder.FROZEN;
  }

  /** Whether {@code vmap} knows what to do with a primitive. */
  public static boolean covers(Primitive<?> p) {
    return p.isElementwise() || p.isComposite() || get().rules.containsKey(p);
  }

  /** A rule of its own. */
  public <A> void rule(Primitive<A> p, Rule<A> rule) {
    if (frozen) {
      throw new IllegalStateException("the batching table is frozen");
    }
    if (rules.putIfAbsent(p, rule) != null) {
      throw new IllegalStateException(p + ": two batching rules");
    }
  }

  /** States that a primitive serves all slices at once by other attributes, as moved axes are. */
  public <A> void attrs(Primitive<A> p, UnaryOperator<A> moved) {
    rule(p, c -> Interpreters.bindAll(p, moved.apply(c.attrs()), c.ins()));
  }

  /** The rule of a primitive, or null. */
  @SuppressWarnings("unchecked") // rule() keeps primitive and rule of one type
  <A> @Nullable Rule<A> find(Primitive<A> p) {
    Rule<A> own = (Rule<A>) rules.get(p);
    if (own != null || !p.isElementwise()) {
      return own;
    }
    return c -> Interpreters.bindAll(p, c.attrs(), c.ins());
  }

  private static BatchTable load() {
    BatchTable table = new BatchTable();
    ServiceLoader.load(VjpProvider.class, BatchTable.class.getClassLoader())
        .forEach(p -> p.register(table));
    table.frozen = true;
    return table;
  }
}
