package dev.mycel.train;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;
import java.util.AbstractMap;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The results of metrics by name, in the order of the metrics; printed as MindSpore prints them,
 * {@code {'accuracy': 0.98}}. Most are a {@code Double}, some an array of doubles.
 */
public final class EvalResults extends AbstractMap<String, Object> {
  static final EvalResults EMPTY = new EvalResults(Map.of());

  private final Map<String, Object> byName;

  EvalResults(Map<String, ?> byName) {
    this.byName = Collections.unmodifiableMap(new LinkedHashMap<String, Object>(byName));
  }

  @Override
  public Set<Entry<String, Object>> entrySet() {
    return byName.entrySet();
  }

  /**
   * A result that is one number.
   *
   * @throws ArgumentException if there is no such metric, or it gives several numbers
   */
  public double scalar(String name) {
    Object value = byName.get(name);
    if (value instanceof Number number) {
      return number.doubleValue();
    }
    throw new ArgumentException(
        Messages.of(
                value == null
                    ? "results: there is none named '" + name + "'"
                    : "results: '" + name + "' is no single number")
            .line("names", String.join(" ", byName.keySet()))
            .text());
  }

  @Override
  public String toString() {
    return PythonText.of(byName);
  }
}
