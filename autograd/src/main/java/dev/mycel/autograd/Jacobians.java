package dev.mycel.autograd;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Attrs;
import dev.mycel.core.DType;
import dev.mycel.core.Interpreter;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Ops;
import dev.mycel.core.Prims;
import dev.mycel.core.Scope;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import dev.mycel.core.TensorException;
import dev.mycel.core.Tree;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Jacobians, many rows or columns at a time: unit vectors are slices of a batch, which runs through
 * one backward pass or one forward pass.
 */
final class Jacobians {
  /** How many rows or columns are computed together, so that memory stays bounded. */
  private static final long TOGETHER = 256;

  private Jacobians() {}

  // ---- by rows ----------------------------------------------------------------------------------

  static <I, O> Jacobian.Result<O> reverse(
      Function<I, O> function, I input, Targets<I, ?> targets, boolean aux) {
    Checked.input("jacrev", input);
    try (Scope scope = Scope.open();
        Vjp<I, O> vjp = Vjp.of(function, input, List.of())) {
      List<Tensor> inputs = Tree.tensors(input);
      int[] positions = targets.checked(inputs.size());
      List<Tensor> outputs = Tree.tensors(vjp.out());
      List<List<Tensor>> blocks = new ArrayList<>();
      for (int i = 0; i < derived("jacrev", outputs, aux); i++) {
        blocks.add(rows(vjp, outputs.get(i), i, inputs, positions));
      }
      return scope.give(new Jacobian.Result<>(vjp.out(), List.copyOf(blocks)));
    }
  }

  /** How many outputs are derived. */
  private static int derived(String op, List<Tensor> outputs, boolean aux) {
    if (outputs.isEmpty()) {
      throw new ArgumentException(op + ": the function returned no tensor");
    }
    if (aux && outputs.size() < 2) {
      throw new ArgumentException(
          op
              + ": hasAux needs a function that returns something beside what is derived, and this"
              + " one returned a single tensor");
    }
    return aux ? 1 : outputs.size();
  }

  private static List<Tensor> rows(
      Vjp<?, ?> vjp, Tensor output, int number, List<Tensor> inputs, int[] positions) {
    Interpreter here = Interpreters.top();
    List<List<Tensor>> parts = new ArrayList<>();
    for (int p = 0; p < positions.length; p++) {
      parts.add(new ArrayList<>());
    }
    long n = output.dtype().isFloat() ? output.size() : 0;
    for (long from = 0; from < n; from += TOGETHER) {
      long count = Math.min(TOGETHER, n - from);
      Batch batch = new Batch(here, count);
      Tensor seed = batch.over(units(output, from, count));
      @Nullable Tensor[] found = vjp.pull(batch, number, seed);
      for (int p = 0; p < positions.length; p++) {
        Tensor grad = found[positions[p]];
        Shape shape = inputs.get(positions[p]).shape();
        DType dtype = inputs.get(positions[p]).dtype();
        parts.get(p).add(grad == null ? Ops.zeros(shape.insert(0, count), dtype) : batch.all(grad));
      }
    }
    List<Tensor> blocks = new ArrayList<>();
    for (int p = 0; p < positions.length; p++) {
      Tensor in = inputs.get(positions[p]);
      Shape whole = joined(output.shape(), in.shape());
      blocks.add(
          parts.get(p).isEmpty()
              ? Ops.zeros(whole, in.dtype())
              : reshaped(Ops.concat(parts.get(p), 0), whole));
    }
    return List.copyOf(blocks);
  }

  // ---- by columns -------------------------------------------------------------------------------

  static <I, O> Jacobian.Result<O> forward(
      Function<I, O> function, I input, Targets<I, ?> targets, boolean aux) {
    Checked.input("jacfwd", input);
    try (Scope scope = Scope.open()) {
      List<Tensor> inputs = Tree.tensors(input);
      int[] positions = targets.checked(inputs.size());
      Columns<I, O> columns = new Columns<>(function, input, inputs);
      List<List<@Nullable Tensor>> byPosition = new ArrayList<>();
      for (int p : positions) {
        byPosition.add(columns.at(p));
      }
      O value = columns.value();
      List<Tensor> outputs = Tree.tensors(value);
      List<List<Tensor>> blocks = new ArrayList<>();
      for (int i = 0; i < derived("jacfwd", outputs, aux); i++) {
        List<Tensor> row = new ArrayList<>();
        for (int p = 0; p < positions.length; p++) {
          Tensor in = inputs.get(positions[p]);
          Shape whole = joined(outputs.get(i).shape(), in.shape());
          Tensor found = byPosition.get(p).isEmpty() ? null : byPosition.get(p).get(i);
          row.add(found == null ? Ops.zeros(whole, in.dtype()) : reshaped(lastAxis(found), whole));
        }
        blocks.add(List.copyOf(row));
      }
      return scope.give(new Jacobian.Result<>(value, List.copyOf(blocks)));
    }
  }

  /** The derivatives for the elements of one input after the other. */
  private static final class Columns<I, O> {
    private final Function<I, O> function;
    private final I input;
    private final List<Tensor> inputs;
    private final Interpreter here = Interpreters.top();
    private @Nullable O value;

    Columns(Function<I, O> function, I input, List<Tensor> inputs) {
      this.function = function;
      this.input = input;
      this.inputs = inputs;
    }

    O value() {
      O known = value;
      return known == null ? run(new ForwardMode(here), input) : known;
    }

    /** By output a tensor [elements of the input, output...], or null; empty if nothing moves. */
    List<@Nullable Tensor> at(int position) {
      Tensor x = inputs.get(position);
      List<@Nullable Tensor> all = new ArrayList<>();
      long n = x.dtype().isFloat() ? x.size() : 0;
      for (long from = 0; from < n; from += TOGETHER) {
        long count = Math.min(TOGETHER, n - from);
        Batch batch = new Batch(here, count);
        ForwardMode mode = new ForwardMode(batch);
        List<Tensor> moved = new ArrayList<>(inputs);
        moved.set(position, mode.dual(x, batch.over(units(x, from, count))));
        O result = run(mode, Tree.refill(input, moved));
        List<Tensor> outputs = Tree.tensors(result);
        for (int i = 0; i < outputs.size(); i++) {
          Tensor tangent = mode.tangent(outputs.get(i));
          Tensor part =
              tangent == null
                  ? Ops.zeros(outputs.get(i).shape().insert(0, count), x.dtype())
                  : batch.all(tangent).cast(x.dtype());
          if (from == 0) {
            all.add(part);
          } else {
            all.set(i, Ops.concat(0, java.util.Objects.requireNonNull(all.get(i)), part));
          }
        }
        value = Tree.map(result, mode::lower);
      }
      return all;
    }

    private O run(ForwardMode mode, I at) {
      O result = Interpreters.under(mode, () -> function.apply(at));
      if (result == null) {
        throw new TensorException("jacfwd: the function returned null");
      }
      return result;
    }
  }

  // ---- parts ------------------------------------------------------------------------------------

  /** Tensors of a shape that are one at one element, from that element on, along a new axis. */
  private static Tensor units(Tensor like, long from, long count) {
    Tensor rows = Ops.arange(from, from + count, 1, DType.INT64).reshape(count, 1);
    Tensor columns = Ops.arange(0, like.size(), 1, DType.INT64).reshape(1, like.size());
    return reshaped(rows.eq(columns).cast(like.dtype()), like.shape().insert(0, count));
  }

  private static Shape joined(Shape a, Shape b) {
    Shape all = a;
    for (int i = 0; i < b.rank(); i++) {
      all = all.insert(all.rank(), b.dim(i));
    }
    return all;
  }

  private static Tensor reshaped(Tensor x, Shape to) {
    return Interpreters.bind(Prims.RESHAPE, new Attrs.To(to), x);
  }

  /** The first axis as the last. */
  private static Tensor lastAxis(Tensor x) {
    int rank = x.rank();
    int[] perm = new int[rank];
    java.util.Arrays.setAll(perm, i -> (i + 1) % rank);
    return Interpreters.bind(Prims.TRANSPOSE, new Attrs.Permutation(perm), x);
  }
}
