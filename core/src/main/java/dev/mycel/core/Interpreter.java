package dev.mycel.core;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Gives primitives their meaning: running them at once, recording them for a gradient, or building
 * a graph.
 *
 * <p>Interpreters are stacked per thread ({@link Interpreters}); each does its work under its
 * parent. A tensor belongs to the interpreter that made it, and only that one can open its payload.
 * The type tensor itself knows nothing of gradients or graphs.
 */
public abstract class Interpreter {
  /**
   * What {@link #update} takes, for {@link #updateAll}.
   *
   * @param <A> record type of the attributes
   */
  public record Update<A>(Primitive<A> primitive, A attrs, Variable[] variables, Tensor[] others) {
    private void runUnder(Interpreter interpreter) {
      interpreter.update(primitive, attrs, variables, others);
    }
  }

  /** For subclasses. */
  protected Interpreter() {}

  /**
   * Runs, records or traces one primitive. The result holds one tensor per type that the
   * primitive's rule infers.
   */
  public abstract <A> Tensor[] interpret(Primitive<A> primitive, A attrs, Tensor[] inputs);

  /** The value of a variable as a tensor that the caller may use while its scope lasts. */
  public abstract Tensor read(Variable variable);

  /** Replaces the value of a variable; the variable takes a claim of its own on the new one. */
  public abstract void write(Variable variable, Tensor value);

  /**
   * Runs a primitive whose first results replace the values of variables: result i goes to {@code
   * variables[i]}. The inputs are the variables' values followed by {@code others}. The bottom
   * interpreter may write in place where nobody else holds a claim on a variable's memory. Returns
   * the results that follow the variables'.
   */
  public <A> Tensor[] update(
      Primitive<A> primitive, A attrs, Variable[] variables, Tensor[] others) {
    Tensor[] inputs = new Tensor[variables.length + others.length];
    for (int i = 0; i < variables.length; i++) {
      inputs[i] = read(variables[i]);
    }
    System.arraycopy(others, 0, inputs, variables.length, others.length);
    Tensor[] results = interpret(primitive, attrs, inputs);
    for (int i = 0; i < variables.length; i++) {
      write(variables[i], results[i]);
    }
    return java.util.Arrays.copyOfRange(results, variables.length, results.length);
  }

  /**
   * Runs updates one after another, whose results are all variables'. If one fails, those before it
   * have been done and those after it have not. The bottom interpreter lets kernels take several at
   * once; what is seen afterwards is the same.
   */
  public void updateAll(List<Update<?>> updates) {
    for (Update<?> u : updates) {
      u.runUnder(this);
    }
  }

  /**
   * The sum of two tensors of one type. The first is the caller's, who gives it up afterwards:
   * where nobody else has a claim on its memory, the sum may be written there.
   */
  public Tensor accumulate(Tensor sum, Tensor more) {
    return interpret(Prims.ADD, None.NONE, new Tensor[] {sum, more})[0];
  }

  /**
   * A second handle on the same value with a claim of its own, which no scope ends: the caller must
   * {@link #drop} it.
   */
  public abstract Tensor retain(Tensor tensor);

  /** Gives up the claim of a handle that came from {@link #retain}. */
  public abstract void drop(Tensor tensor);

  /** The same value as a tensor of the parent interpreter; the bottom returns its argument. */
  public abstract Tensor lower(Tensor tensor);

  /**
   * A second tensor of the parent that lives as long as this one, such as its derivative along a
   * direction; scopes that keep the one keep the other.
   */
  public @Nullable Tensor companion(Tensor tensor) {
    return null;
  }

  /** Whether the tensor has one value, which Java code can read; not so if it stands for many. */
  public boolean isReadable(Tensor tensor) {
    return true;
  }

  /** The interpreter beneath, or this one at the bottom. */
  public abstract Interpreter parent();

  /** Makes a tensor of this interpreter. */
  protected final Tensor wrap(TensorType type, Object payload) {
    return new Tensor(this, type, payload);
  }

  /** Whether the tensor is one of this interpreter's. */
  protected final boolean owns(Tensor tensor) {
    return tensor.owner() == this;
  }

  /** The payload of a tensor of this interpreter. */
  protected final Object open(Tensor tensor) {
    if (tensor.owner() != this) {
      throw escaped(tensor);
    }
    return tensor.payload();
  }

  /** The error for a tensor that this interpreter does not own. */
  protected EscapedTensorException escaped(Tensor tensor) {
    return new EscapedTensorException(
        Messages.of("tensor: it was made inside a gradient or trace that does not enclose this use")
            .line("tensor ", tensor.type())
            .line("made by", tensor.owner())
            .line("used by", this)
            .hint(
                "return it from the differentiated function (auxiliary results may be any record, list or map of tensors)")
            .text());
  }
}
