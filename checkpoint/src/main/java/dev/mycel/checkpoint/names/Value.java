package dev.mycel.checkpoint.names;

import dev.mycel.core.Tensor;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What a mapped entry is made of. */
sealed interface Value {
  /** Its form, given those of stored entries. */
  ValueForm form(Function<String, ValueForm> stored);

  /** Its value, given those of stored entries. */
  Tensor load(Function<String, Tensor> stored);

  /** Adds the names of the stored entries that it needs. */
  void addSources(Set<String> names);

  /** What is done, empty for a plain entry. */
  String describe();

  /** An entry as it is stored. */
  record Stored(String name) implements Value {
    @Override
    public ValueForm form(Function<String, ValueForm> stored) {
      return stored.apply(name);
    }

    @Override
    public Tensor load(Function<String, Tensor> stored) {
      return stored.apply(name);
    }

    @Override
    public void addSources(Set<String> names) {
      names.add(name);
    }

    @Override
    public String describe() {
      return "";
    }
  }

  /** What a transform makes of values. */
  record Made(ValueTransform transform, List<Value> inputs) implements Value {
    @Override
    public ValueForm form(Function<String, ValueForm> stored) {
      return transform.form(inputs.stream().map(v -> v.form(stored)).toList());
    }

    @Override
    public Tensor load(Function<String, Tensor> stored) {
      return transform.apply(inputs.stream().map(v -> v.load(stored)).toList());
    }

    @Override
    public void addSources(Set<String> names) {
      inputs.forEach(v -> v.addSources(names));
    }

    @Override
    public String describe() {
      String before =
          inputs.stream()
              .map(Value::describe)
              .filter(text -> !text.isEmpty())
              .distinct()
              .collect(Collectors.joining(", "));
      return before.isEmpty() ? transform.toString() : before + ", " + transform;
    }
  }
}
