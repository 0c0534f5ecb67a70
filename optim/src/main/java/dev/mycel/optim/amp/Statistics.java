package dev.mycel.optim.amp;

import dev.mycel.core.Tensor;
import dev.mycel.core.Variable;
import dev.mycel.nn.Cell;
import dev.mycel.optim.Optimizer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/**
 * What a forward pass may write, such as the moving statistics of norms: the parameters that the
 * optimiser does not have, and all buffers. A step that is left out puts their values back.
 */
final class Statistics {
  private record Saved(Variable variable, Tensor value, long version) {}

  private final List<Variable> variables = new ArrayList<>();

  Statistics(Cell<?, ?> network, Optimizer optimizer) {
    Set<Variable> trained = Collections.newSetFromMap(new IdentityHashMap<>());
    trained.addAll(optimizer.parameters());
    network.getParameters().filter(p -> !trained.contains(p)).forEach(variables::add);
    network.buffers().forEach(variables::add);
  }

  /** Holds the values of now; running the result writes back those that have changed. */
  Runnable save() {
    List<Saved> saved = new ArrayList<>();
    for (Variable v : variables) {
      Tensor value = v.value();
      saved.add(new Saved(v, value, v.version()));
    }
    return () -> {
      for (Saved s : saved) {
        if (s.variable().version() != s.version()) {
          s.variable().assign(s.value());
        }
      }
    };
  }
}
