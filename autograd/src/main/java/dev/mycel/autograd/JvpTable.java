package dev.mycel.autograd;

import dev.mycel.core.Attrs;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Messages;
import dev.mycel.core.MissingRuleException;
import dev.mycel.core.Ops;
import dev.mycel.core.Primitive;
import dev.mycel.core.Prims;
import dev.mycel.core.Tensor;
import dev.mycel.core.TensorType;
import java.util.HashMap;
import java.util.Map;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/**
 * How forward mode pushes tangents through primitives. No primitive needs a statement here: where
 * there is none, the derivative along a direction follows from what is known of the primitive.
 *
 * <ul>
 *   <li>An elementwise primitive has a diagonal Jacobian, which is its own transpose: its gradient
 *       row, given the tangent in the place of the gradient, is the derivative.
 *   <li>A composite is derived through its decomposition.
 *   <li>Anything else is the transpose of its gradient row, by differentiating that row for the
 *       gradient that it is linear in.
 * </ul>
 *
 * <p>A row or a property stated here is cheaper than the last of these.
 */
public final class JvpTable {
  /**
   * The derivatives of the results along a direction.
   *
   * @param <A> record type of the attributes
   */
  @FunctionalInterface
  public interface Push<A> {
    /**
     * The tangents by result, null where nothing moves.
     *
     * @param at the call: attributes, all inputs and all results
     * @param dx tangents by input, null for those that do not move; at least one is there
     */
    @Nullable Tensor[] push(Saved<A> at, @Nullable Tensor[] dx);
  }

  private static final class Holder {
    static final JvpTable FROZEN = load();
  }

  private final Map<Primitive<?>, Push<?>> rows = new HashMap<>();
  private final VjpTable gradients = VjpTable.get();
  private boolean frozen;

  private JvpTable() {}

  /** The table with the rows of all providers. */
  static JvpTable get() {
    return Holder.FROZEN;
  }

  /** A row of its own. */
  public <A> void row(Primitive<A> p, Push<A> push) {
    if (frozen) {
      throw new IllegalStateException("the table of forward mode is frozen");
    }
    if (rows.putIfAbsent(p, push) != null) {
      throw new IllegalStateException(p + ": two rows of forward mode");
    }
  }

  /** States that primitives are linear in all their floating-point inputs together. */
  public void linear(Primitive<?>... primitives) {
    for (Primitive<?> p : primitives) {
      linear(p);
    }
  }

  private <A> void linear(Primitive<A> p) {
    row(
        p,
        (at, dx) -> {
          Tensor[] in = new Tensor[dx.length];
          for (int i = 0; i < in.length; i++) {
            Tensor d = dx[i];
            boolean still = d == null && at.inputType(i).dtype().isFloat();
            in[i] = d != null ? d : still ? zeros(at.inputType(i)) : at.in(i);
          }
          return Interpreters.bindAll(p, at.attrs(), in);
        });
  }

  /** States that primitives of one result are linear in each of their inputs by itself. */
  public void multilinear(Primitive<?>... primitives) {
    for (Primitive<?> p : primitives) {
      multilinear(p);
    }
  }

  private <A> void multilinear(Primitive<A> p) {
    row(
        p,
        (at, dx) -> {
          Tensor sum = null;
          for (int i = 0; i < dx.length; i++) {
            Tensor d = dx[i];
            if (d != null) {
              Tensor[] in = new Tensor[dx.length];
              for (int k = 0; k < in.length; k++) {
                in[k] = k == i ? d : at.in(k);
              }
              sum = plus(sum, Interpreters.bind(p, at.attrs(), in));
            }
          }
          return new Tensor[] {sum};
        });
  }

  /** States that primitives of one result have symmetric Jacobians, as elementwise ones do. */
  public void symmetric(Primitive<?>... primitives) {
    for (Primitive<?> p : primitives) {
      addSymmetric(p);
    }
  }

  private <A> void addSymmetric(Primitive<A> p) {
    row(p, symmetricPush(p));
  }

  private <A> Push<A> symmetricPush(Primitive<A> p) {
    VjpTable.Row<A> row = gradients.find(p);
    if (row == null || !row.isByInput()) {
      throw new IllegalStateException(p + ": it has no gradient row by input");
    }
    return (at, dx) -> {
      Tensor sum = null;
      for (int i = 0; i < dx.length; i++) {
        Tensor d = dx[i];
        VjpTable.Pull<A> pull = d == null ? null : row.pull(i);
        sum = d == null || pull == null ? sum : plus(sum, pull.pull(at, d));
      }
      return new Tensor[] {sum};
    };
  }

  /**
   * States that each element of the input goes into one element of the result: the derivative is
   * the sum of what the gradient row says of each element, times its tangent.
   */
  @SafeVarargs
  public final void reducing(Primitive<Attrs.Axes>... primitives) {
    for (Primitive<Attrs.Axes> p : primitives) {
      VjpTable.Row<Attrs.Axes> row = gradients.find(p);
      VjpTable.Pull<Attrs.Axes> pull = row == null ? null : row.pull(0);
      if (pull == null) {
        throw new IllegalStateException(p + ": it has no gradient row");
      }
      row(
          p,
          (at, dx) -> {
            Tensor slopes = pull.pull(at, constant(1, at.outputType(0)));
            Tensor d = dx[0];
            return new Tensor[] {
              d == null
                  ? null
                  : at.attrs().axes().length == 0
                      ? slopes.mul(d)
                      : Interpreters.bind(Prims.REDUCE_SUM, at.attrs(), slopes.mul(d))
            };
          });
    }
  }

  /** How to push through a primitive; null for a composite that is to be expanded. */
  @SuppressWarnings("unchecked") // row() keeps primitive and row of one type
  <A> @Nullable Push<A> find(Primitive<A> p) {
    Push<A> own = (Push<A>) rows.get(p);
    if (own != null) {
      return own;
    }
    VjpTable.Row<A> row = gradients.find(p);
    if (p.isElementwise() && row != null && row.isByInput()) {
      return symmetricPush(p);
    }
    if (p.isComposite()) {
      return null;
    }
    if (row == null) {
      throw new MissingRuleException(
          Messages.of(p + ": forward mode cannot derive it, for it has no gradient row")
              .hint("provide one by a VjpProvider, or list it flat")
              .text());
    }
    return (at, dx) -> Transposed.push(row, at, dx);
  }

  static @Nullable Tensor plus(@Nullable Tensor a, Tensor b) {
    return a == null ? b : a.add(b);
  }

  private static Tensor zeros(TensorType like) {
    return constant(0, like);
  }

  private static Tensor constant(double value, TensorType like) {
    return Ops.broadcastTo(Ops.scalar(value, like.dtype()), like.shape());
  }

  private static JvpTable load() {
    JvpTable table = new JvpTable();
    ServiceLoader.load(VjpProvider.class, JvpTable.class.getClassLoader())
        .forEach(p -> p.register(table));
    table.frozen = true;
    return table;
  }
}
