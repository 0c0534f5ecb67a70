package dev.mycel.train;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;
import dev.mycel.nn.Cell;
import dev.mycel.nn.Parameter;
import dev.mycel.nn.amp.DynamicLossScaler;
import dev.mycel.nn.amp.LossScaler;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Collects the parameters of a state, each once, and refuses names that clash. */
final class StateParameters {
  private final Map<String, Parameter> byName = new LinkedHashMap<>();
  private final Set<Parameter> seen = Collections.newSetFromMap(new IdentityHashMap<>());

  Map<String, Parameter> byName() {
    return byName;
  }

  void add(Cell<?, ?> cell) {
    cell.parametersDict().forEach(this::add);
  }

  void add(LossScaler scaler) {
    add(scaler.scaleValue().name(), scaler.scaleValue());
    if (scaler instanceof DynamicLossScaler dynamic) {
      add(dynamic.counter().name(), dynamic.counter());
    }
  }

  private void add(String name, Parameter p) {
    if (!seen.add(p)) {
      return;
    }
    Parameter other = byName.putIfAbsent(name, p);
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
