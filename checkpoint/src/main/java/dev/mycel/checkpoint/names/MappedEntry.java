package dev.mycel.checkpoint.names;

import dev.mycel.core.Tensor;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** An entry under the name that a map gives it, and how its value comes about. */
public final class MappedEntry {
  private final String name;
  private final Value value;
  private final List<String> sources;

  MappedEntry(String name, Value value) {
    this.name = name;
    this.value = value;
    Set<String> names = new LinkedHashSet<>();
    value.addSources(names);
    this.sources = List.copyOf(names);
  }

  /** The new name. */
  public String name() {
    return name;
  }

  /** The names of the entries that it is made of; none for a constant. */
  public List<String> sources() {
    return sources;
  }

  /** What is done with the values, for people; empty if they stay as they are. */
  public String transform() {
    return value.describe();
  }

  /**
   * The form of the value.
   *
   * @param stored the forms of the sources by name
   * @throws dev.mycel.core.ArgumentException if the sources do not fit, with the reason
   */
  public ValueForm form(Function<String, ValueForm> stored) {
    return value.form(stored);
  }

  /**
   * The value, of that form. It may be a view of a source.
   *
   * @param stored loads a source; asked for each use, one at a time
   */
  public Tensor value(Function<String, Tensor> stored) {
    return value.load(stored);
  }

  Value made() {
    return value;
  }

  @Override
  public String toString() {
    String made = transform();
    return String.join(", ", sources) + " -> " + name + (made.isEmpty() ? "" : " (" + made + ")");
  }
}
