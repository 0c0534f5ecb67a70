package dev.mycel.optim.amp;

import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;
import dev.mycel.nn.Parameter;
import dev.mycel.optim.Optimizer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/**
 * The parameters that a forward pass may write, such as the moving statistics of norms: those that
 * the optimiser does not have. A step that is left out puts their values back.
 */
final class Statistics {
  private record Saved(Parameter parameter, Tensor value, long version) {}

  private final List<Parameter> parameters;

  Statistics(Cell<?, ?> network, Optimizer optimizer) {
    Set<Parameter> trained = Collections.newSetFromMap(new IdentityHashMap<>());
    trained.addAll(optimizer.parameters());
    parameters = network.getParameters().filter(p -> !trained.contains(p)).toList();
  }

  /** Holds the values of now; running the result writes back those that have changed. */
  Runnable save() {
    List<Saved> saved = new ArrayList<>();
    for (Parameter p : parameters) {
      Tensor value = p.value();
      saved.add(new Saved(p, value, p.version()));
    }
    return () -> {
      for (Saved s : saved) {
        if (s.parameter().version() != s.version()) {
          s.parameter().assign(s.value());
        }
      }
    };
  }
}
