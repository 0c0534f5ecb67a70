package dev.mycel.autograd;

import dev.mycel.core.Interpreter;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Scope;
import dev.mycel.core.Tensor;
import dev.mycel.core.Variable;
import java.util.IdentityHashMap;
import java.util.Map;

/**
 * The same work again during the backward pass, under a tape of its own. Tensors that entered the
 * first run become leaves of that tape, variables have the values that they had then, and what is
 * written to them stays in here.
 */
final class SecondRun extends Region implements AutoCloseable {
  private final Recomputation<?, ?> of;
  private final Tape tape;

  /** Which of the first run's tapes asks for gradients. */
  private final int level;

  /** By node of that tape. */
  private final Map<Integer, Tensor> leaves;

  private final Map<Variable, Tensor> written;

  SecondRun(Recomputation<?, ?> of, Tape tape, int level, Map<Integer, Tensor> leaves) {
    this(tape, of, tape, level, leaves, new IdentityHashMap<>());
  }

  private SecondRun(
      Interpreter below,
      Recomputation<?, ?> of,
      Tape tape,
      int level,
      Map<Integer, Tensor> leaves,
      Map<Variable, Tensor> written) {
    super(below);
    this.of = of;
    this.tape = tape;
    this.level = level;
    this.leaves = leaves;
    this.written = written;
  }

  @Override
  Tensor admit(Tensor tensor) {
    return image(tensor, true);
  }

  @Override
  Tensor plain(Tensor tensor) {
    return image(tensor, false);
  }

  /** Whether a tensor stands for one that entered from outside. */
  boolean isLeaf(Tensor tensor) {
    return leaves.containsValue(tensor);
  }

  private Tensor image(Tensor tensor, boolean used) {
    Tensor t = tensor;
    for (int k = 0; k <= level; k++) {
      Tape first = of.tape(k);
      if (!first.holds(t)) {
        continue;
      }
      Tensor leaf = k == level ? leaves.get(first.node(t)) : null;
      if (leaf != null) {
        return leaf;
      }
      if (k == level && used) {
        throw of.changed("a tensor from outside that the first did not use", tensor.type());
      }
      t = first.lower(t);
    }
    return t;
  }

  @Override
  Region over(Interpreter other) {
    return new SecondRun(other, of, tape, level, leaves, written);
  }

  @Override
  public Tensor read(Variable variable) {
    Tensor own = written.get(variable);
    if (own != null && !of.isPinned(variable)) {
      return Scope.manage(Interpreters.root().retain(own));
    }
    Tensor t = plain(of.valueRead(variable));
    for (Interpreter i = tape; i != below; i = i.parent()) {
      t = i instanceof Tape recording ? recording.lower(t) : t;
    }
    return t;
  }

  @Override
  public void write(Variable variable, Tensor value) {
    Interpreter root = Interpreters.root();
    Tensor before = written.put(variable, root.retain(Interpreters.lowerToRoot(plain(value))));
    if (before != null) {
      root.drop(before);
    }
  }

  @Override
  public void close() {
    written.values().forEach(Interpreters.root()::drop);
    written.clear();
  }
}
