package dev.mycel.autograd;

import dev.mycel.core.Interpreter;
import dev.mycel.core.Tensor;
import dev.mycel.core.Variable;

/** The forward pass of a recomputed part: notes what the second run will need. */
final class FirstRun extends Region {
  private final Recomputation<?, ?> of;

  FirstRun(Interpreter below, Recomputation<?, ?> of) {
    super(below);
    this.of = of;
  }

  @Override
  Tensor admit(Tensor tensor) {
    of.noteUse(tensor);
    return tensor;
  }

  @Override
  Tensor plain(Tensor tensor) {
    return tensor;
  }

  @Override
  Region over(Interpreter other) {
    return new FirstRun(other, of);
  }

  @Override
  public Tensor read(Variable variable) {
    Tensor seen = of.noteRead(variable);
    return below == of.top() ? seen : below.read(variable);
  }

  @Override
  public void write(Variable variable, Tensor value) {
    of.noteWrite(variable);
    below.write(variable, value);
  }
}
