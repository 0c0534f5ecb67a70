package dev.mycel.train;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;
import dev.mycel.core.Variable;
import dev.mycel.nn.Cell;
import dev.mycel.nn.amp.DynamicLossScaler;
import dev.mycel.nn.amp.LossScaler;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Collects the parameters and persistent buffers of a state, each once, and refuses names that
 * clash.
 */
final class StateParameters {
  private final Map<String, Variable> byName = new LinkedHashMap<>();
  private final Set<Variable> seen = Collections.newSetFromMap(new IdentityHashMap<>());

  Map<String, Variable> byName() {
    return byName;
  }

  void add(Cell<?, ?> cell) {
    cell.variablesDict().forEach(this::add);
  }

  void add(LossScaler scaler) {
    add(scaler.scaleValue().name(), scaler.scaleValue());
    if (scaler instanceof DynamicLossScaler dynamic) {
      add(dynamic.counter().name(), dynamic.counter());
    }
  }

  private void add(String name, Variable p) {
    if (!seen.add(p)) {
      return;
    }
    Variable other = byName.putIfAbsent(name, p);
    if (other != null) {
      throw new ArgumentException(
          Messages.of(TrainingState.OP + ": two parameters are called '" + name + "'")
              .line("one  ", other)
              .line("other", p)
              .hint("give one of them another name: setName, or a field of another name")
              .text());
    }
    if (name.startsWith(StateEntries.PREFIX)) {
      throw new ArgumentException(
          Messages.of(
                  TrainingState.OP
                      + ": names that begin with "
                      + StateEntries.PREFIX
                      + " are taken")
              .line("parameter", p)
              .hint("give it another name: setName, or a field of another name")
              .text());
    }
  }
}
