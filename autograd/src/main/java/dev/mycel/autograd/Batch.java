package dev.mycel.autograd;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Attrs;
import dev.mycel.core.Interpreter;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Messages;
import dev.mycel.core.MissingRuleException;
import dev.mycel.core.Precision;
import dev.mycel.core.Primitive;
import dev.mycel.core.Prims;
import dev.mycel.core.Scope;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import dev.mycel.core.TensorException;
import dev.mycel.core.TensorType;
import dev.mycel.core.Tree;
import dev.mycel.core.Variable;
import java.util.Arrays;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Computes for many slices at once what was written for one: the interpreter of {@code vmap}. A
 * tensor of it has the type of one slice and holds a tensor of the parent with one axis more, the
 * first, over all slices; a tensor that is the same for all stays the parent's.
 *
 * <p>Everything runs under the parent: under a tape the batched steps are recorded, and a tape
 * above records steps that are batched afterwards.
 */
final class Batch extends Interpreter {
  /** All slices along the first axis. */
  private record Slices(Tensor all) {}

  /** What stands for a rule that does not hold for a call. */
  private static final Tensor[] NOT_HELD = {};

  private final Interpreter parent;
  private final long size;
  private final BatchTable table = BatchTable.get();

  Batch(Interpreter parent, long size) {
    this.parent = parent;
    this.size = size;
  }

  /** One slice of a tensor of the parent whose first axis runs over all. */
  Tensor over(Tensor all) {
    return wrap(all.type().with(all.shape().without(0)), new Slices(all));
  }

  /** All slices of a tensor, along the first axis; a tensor of the parent. */
  Tensor all(Tensor slice) {
    return owns(slice) ? slices(slice) : Interpreters.under(parent, () -> repeated(slice, size));
  }

  /** The number of slices. */
  long size() {
    return size;
  }

  /** A function of slices, over trees of all slices. */
  <I, O> O over(I all, Function<I, O> function) {
    I slices = Tree.map(all, this::over);
    O result = Interpreters.under(this, () -> function.apply(slices));
    if (result == null) {
      throw new TensorException("vmap: the function returned null");
    }
    return Tree.map(result, this::all);
  }

  /** Whether a tensor has a value of its own for each slice. */
  boolean isMapped(Tensor t) {
    return owns(t);
  }

  /** The same slices after a change that keeps their shape. */
  Tensor change(Tensor slice, UnaryOperator<Tensor> change) {
    return owns(slice) ? over(change.apply(slices(slice))) : change.apply(slice);
  }

  private Tensor slices(Tensor slice) {
    return ((Slices) open(slice)).all();
  }

  /** The tensor that many times along a new first axis: a view. */
  static Tensor repeated(Tensor x, long times) {
    Attrs.To row = new Attrs.To(x.shape().insert(0, 1));
    Tensor one = Interpreters.bind(Prims.RESHAPE, row, x);
    return Interpreters.bind(Prims.BROADCAST_TO, new Attrs.To(x.shape().insert(0, times)), one);
  }

  @Override
  public <A> Tensor[] interpret(Primitive<A> primitive, A attrs, Tensor[] inputs) {
    if (Arrays.stream(inputs).noneMatch(this::owns)) {
      return parent.interpret(primitive, attrs, inputs);
    }
    TensorType[] types = new TensorType[inputs.length];
    Arrays.setAll(types, i -> inputs[i].type());
    TensorType[] right = primitive.infer(attrs, types);
    Tensor[] results = batched(primitive, attrs, inputs);
    if (results == null) {
      return Interpreters.under(this, () -> primitive.expand(attrs, inputs));
    }
    Tensor[] slices = new Tensor[results.length];
    for (int i = 0; i < results.length; i++) {
      Shape expected = right[i].shape().insert(0, size);
      if (!results[i].shape().equals(expected)) {
        throw new IllegalStateException(
            primitive + ": its batching rule gave " + results[i].shape() + ", not " + expected);
      }
      slices[i] = over(results[i]);
    }
    return slices;
  }

  /** All slices of the results, or null for a composite that is to be expanded. */
  private <A> Tensor @Nullable [] batched(Primitive<A> primitive, A attrs, Tensor[] inputs) {
    BatchTable.Rule<A> rule = table.find(primitive);
    if (rule != null) {
      Tensor[] given = new Tensor[inputs.length];
      boolean[] mapped = new boolean[inputs.length];
      for (int i = 0; i < given.length; i++) {
        mapped[i] = owns(inputs[i]);
        given[i] = mapped[i] ? slices(inputs[i]) : inputs[i];
      }
      BatchTable.Call<A> call = new BatchTable.Call<>(attrs, size, given, mapped);
      Tensor[] results = run(rule, call);
      if (results != null) {
        return results;
      }
    }
    if (!primitive.isComposite()) {
      throw new MissingRuleException(
          Messages.of("vmap: " + primitive + " has no batching rule")
              .hint("provide one by VjpProvider.register(BatchTable), or loop over the slices")
              .text());
    }
    return null;
  }

  private <A> Tensor @Nullable [] run(BatchTable.Rule<A> rule, BatchTable.Call<A> call) {
    Precision before = Precision.swap(Precision.NONE);
    try (Scope scope = Scope.open()) {
      Tensor[] results =
          Interpreters.under(
              parent,
              () -> {
                Tensor[] found = rule.batch(call);
                return found == null ? NOT_HELD : found;
              });
      return results == NOT_HELD ? null : scope.give(results);
    } finally {
      Precision.swap(before);
    }
  }

  @Override
  public Tensor read(Variable variable) {
    return parent.read(variable);
  }

  @Override
  public void write(Variable variable, Tensor value) {
    requireSame(value, value.type());
    parent.write(variable, value);
  }

  @Override
  public <A> Tensor[] update(
      Primitive<A> primitive, A attrs, Variable[] variables, Tensor[] others) {
    for (Tensor other : others) {
      requireSame(other, variables.length == 0 ? other.type() : variables[0].type());
    }
    return parent.update(primitive, attrs, variables, others);
  }

  private void requireSame(Tensor value, TensorType variable) {
    if (owns(value)) {
      throw new ArgumentException(
          Messages.of("vmap: a variable cannot hold a value of its own for each slice")
              .line("variable", variable)
              .line("slices  ", size)
              .hint(
                  "return the values from the function, and call cells that update statistics in"
                      + " inference mode")
              .text());
    }
  }

  @Override
  public Tensor retain(Tensor tensor) {
    return owns(tensor) ? over(parent.retain(slices(tensor))) : parent.retain(tensor);
  }

  @Override
  public void drop(Tensor tensor) {
    parent.drop(lower(tensor));
  }

  @Override
  public Tensor lower(Tensor tensor) {
    return owns(tensor) ? slices(tensor) : tensor;
  }

  @Override
  public boolean isReadable(Tensor tensor) {
    return !owns(tensor);
  }

  @Override
  public Interpreter parent() {
    return parent;
  }

  @Override
  public String toString() {
    return "vmap over " + size + " slices";
  }
}
