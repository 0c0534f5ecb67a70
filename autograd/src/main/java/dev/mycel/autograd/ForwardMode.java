package dev.mycel.autograd;

import dev.mycel.core.Interpreter;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Messages;
import dev.mycel.core.Precision;
import dev.mycel.core.Primitive;
import dev.mycel.core.Scope;
import dev.mycel.core.Tensor;
import dev.mycel.core.TensorException;
import dev.mycel.core.TensorType;
import dev.mycel.core.Variable;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Carries the derivative along a direction beside each value: forward mode. A tensor of it is a
 * tensor of the parent and its tangent, of the same type; a tensor that does not move has none and
 * stays the parent's.
 *
 * <p>Nothing is recorded, so a value is free as soon as nobody needs it. Everything runs under the
 * parent: under a tape the tangents can be derived again, under another forward mode they get
 * tangents of their own.
 */
final class ForwardMode extends Interpreter {
  /** A tensor of the parent and its derivative along the direction. */
  private record Dual(Tensor value, Tensor tangent) {}

  private final Interpreter parent;
  private final Thread thread = Thread.currentThread();
  private final JvpTable table = JvpTable.get();

  ForwardMode(Interpreter parent) {
    this.parent = parent;
  }

  /** The value with a tangent of its type. */
  Tensor dual(Tensor value, Tensor tangent) {
    return wrap(value.type(), new Dual(value, tangent));
  }

  /** The tangent, or null for a tensor that does not move. */
  @Nullable Tensor tangent(Tensor t) {
    return owns(t) ? ((Dual) open(t)).tangent() : null;
  }

  @Override
  public <A> Tensor[] interpret(Primitive<A> primitive, A attrs, Tensor[] inputs) {
    check(primitive.name());
    Tensor[] values = new Tensor[inputs.length];
    @Nullable Tensor[] dx = new Tensor[inputs.length];
    boolean moves = false;
    for (int i = 0; i < inputs.length; i++) {
      values[i] = lower(inputs[i]);
      dx[i] = tangent(inputs[i]);
      moves |= dx[i] != null;
    }
    if (!moves || VjpTable.isFlat(primitive)) {
      return parent.interpret(primitive, attrs, values);
    }
    JvpTable.Push<A> push = table.find(primitive);
    if (push == null) {
      return Interpreters.top() == this
          ? primitive.expand(attrs, inputs)
          : Interpreters.under(this, () -> primitive.expand(attrs, inputs));
    }
    Tensor[] results = parent.interpret(primitive, attrs, values);
    Saved<A> saved = new Saved<>(attrs, types(values), types(results), values, results);
    return duals(results, pushed(push, saved, dx));
  }

  private static TensorType[] types(Tensor[] of) {
    TensorType[] types = new TensorType[of.length];
    Arrays.setAll(types, i -> of[i].type());
    return types;
  }

  /**
   * Runs a row under the parent, in the types that the values have: the caller's precision would
   * round tangents a second time.
   */
  private <A> @Nullable Tensor[] pushed(
      JvpTable.Push<A> push, Saved<A> saved, @Nullable Tensor[] dx) {
    Precision before = Precision.swap(Precision.NONE);
    try (Scope scope = Scope.open()) {
      return scope.give(Interpreters.under(parent, () -> push.push(saved, dx)));
    } finally {
      Precision.swap(before);
    }
  }

  /** The results with their tangents; integers have none. */
  Tensor[] duals(Tensor[] results, @Nullable Tensor[] dy) {
    Tensor[] moved = new Tensor[results.length];
    for (int i = 0; i < results.length; i++) {
      Tensor tangent = results[i].dtype().isFloat() ? dy[i] : null;
      moved[i] = tangent == null ? results[i] : dual(results[i], tangent);
    }
    return moved;
  }

  @Override
  public Tensor read(Variable variable) {
    return parent.read(variable);
  }

  @Override
  public void write(Variable variable, Tensor value) {
    parent.write(variable, lower(value));
  }

  @Override
  public <A> Tensor[] update(
      Primitive<A> primitive, A attrs, Variable[] variables, Tensor[] others) {
    Tensor[] lowered = new Tensor[others.length];
    Arrays.setAll(lowered, i -> lower(others[i]));
    return parent.update(primitive, attrs, variables, lowered);
  }

  @Override
  public Tensor retain(Tensor tensor) {
    if (!owns(tensor)) {
      return parent.retain(tensor);
    }
    Dual dual = (Dual) open(tensor);
    return dual(parent.retain(dual.value()), parent.retain(dual.tangent()));
  }

  @Override
  public void drop(Tensor tensor) {
    if (!owns(tensor)) {
      parent.drop(tensor);
      return;
    }
    Dual dual = (Dual) open(tensor);
    parent.drop(dual.value());
    parent.drop(dual.tangent());
  }

  @Override
  public Tensor lower(Tensor tensor) {
    return owns(tensor) ? ((Dual) open(tensor)).value() : tensor;
  }

  @Override
  public @Nullable Tensor companion(Tensor tensor) {
    return tangent(tensor);
  }

  @Override
  public Interpreter parent() {
    return parent;
  }

  private void check(String what) {
    if (Thread.currentThread() != thread) {
      throw new TensorException(
          Messages.of(what + ": a derivative belongs to the thread that takes it")
              .line("taken by", thread.getName())
              .line("used by ", Thread.currentThread().getName())
              .hint("take the derivative inside the task, or pass plain tensors between threads")
              .text());
    }
  }

  @Override
  public String toString() {
    return "forward mode";
  }
}
