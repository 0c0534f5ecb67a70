package dev.mycel.autograd;

import dev.mycel.core.Interpreter;
import dev.mycel.core.Primitive;
import dev.mycel.core.Tensor;
import dev.mycel.core.Variable;

/**
 * Lies on top of the stack while a recomputed part runs, and sees what enters it: tensors from
 * outside, and variables. Its tensors are those of the interpreter below it.
 */
abstract class Region extends Interpreter {
  /** What the work runs under. */
  final Interpreter below;

  Region(Interpreter below) {
    this.below = below;
  }

  /** The tensor of the interpreter below that stands for one that is about to be used. */
  abstract Tensor admit(Tensor tensor);

  /** The same without taking part in gradients: for reading, holding and letting go. */
  abstract Tensor plain(Tensor tensor);

  /** The same region around work that runs further down the stack, unrecorded. */
  abstract Region over(Interpreter other);

  @Override
  public <A> Tensor[] interpret(Primitive<A> primitive, A attrs, Tensor[] inputs) {
    Tensor[] admitted = new Tensor[inputs.length];
    for (int i = 0; i < inputs.length; i++) {
      admitted[i] = admit(inputs[i]);
    }
    return below.interpret(primitive, attrs, admitted);
  }

  @Override
  public abstract Tensor read(Variable variable);

  @Override
  public abstract void write(Variable variable, Tensor value);

  @Override
  public Tensor retain(Tensor tensor) {
    return below.retain(plain(tensor));
  }

  @Override
  public void drop(Tensor tensor) {
    below.drop(tensor);
  }

  @Override
  public Tensor lower(Tensor tensor) {
    return plain(tensor);
  }

  @Override
  public Interpreter parent() {
    return below;
  }

  @Override
  public String toString() {
    return "recomputation";
  }
}
