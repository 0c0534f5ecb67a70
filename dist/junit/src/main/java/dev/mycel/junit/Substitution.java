package dev.mycel.junit;

import dev.mycel.core.DType;
import dev.mycel.core.Interpreter;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Primitive;
import dev.mycel.core.Tensor;
import dev.mycel.core.Variable;
import java.util.IdentityHashMap;
import java.util.Map;

/**
 * Runs as its parent does, but reads variables as given values, and all other floats as float64;
 * what is written is only seen by later reads. So a cell can be evaluated at other weights, in
 * another precision, as often as one likes, and stays as it is.
 */
final class Substitution extends Interpreter {
  private final Interpreter parent;
  private final Map<Variable, Tensor> values;

  Substitution(Map<? extends Variable, Tensor> values) {
    this.parent = Interpreters.top();
    this.values = new IdentityHashMap<>(values);
  }

  @Override
  public <A> Tensor[] interpret(Primitive<A> primitive, A attrs, Tensor[] inputs) {
    return parent.interpret(primitive, attrs, inputs);
  }

  @Override
  public Tensor read(Variable variable) {
    Tensor known = values.get(variable);
    return known != null ? known : widened(parent.read(variable));
  }

  private Tensor widened(Tensor value) {
    return value.dtype().isFloat()
        ? Interpreters.under(parent, () -> value.cast(DType.FLOAT64))
        : value;
  }

  @Override
  public void write(Variable variable, Tensor value) {
    values.put(variable, value);
  }

  @Override
  public Tensor retain(Tensor tensor) {
    return parent.retain(tensor);
  }

  @Override
  public void drop(Tensor tensor) {
    parent.drop(tensor);
  }

  @Override
  public Tensor lower(Tensor tensor) {
    return tensor;
  }

  @Override
  public Interpreter parent() {
    return parent;
  }

  @Override
  public String toString() {
    return "Substitution";
  }
}
