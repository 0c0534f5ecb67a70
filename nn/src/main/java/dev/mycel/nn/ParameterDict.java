package dev.mycel.nn;

import java.util.AbstractMap;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Parameters by name, in the order of the walk that found them; cannot be changed. */
public final class ParameterDict extends AbstractMap<String, Parameter> {
  private final Map<String, Parameter> byName;

  /** A copy of the map, in its order. */
  public ParameterDict(Map<String, Parameter> byName) {
    this.byName = Collections.unmodifiableMap(new LinkedHashMap<>(byName));
  }

  @Override
  public Set<Entry<String, Parameter>> entrySet() {
    return byName.entrySet();
  }

  @Override
  public boolean containsKey(Object key) {
    return byName.containsKey(key);
  }

  @Override
  @SuppressWarnings("NullAway") // a map answers null for a name it does not have
  public Parameter get(Object key) {
    return byName.get(key);
  }

  /** As MindSpore prints it: {@code OrderedDict([('fc.weight', Parameter (...))])}. */
  @Override
  public String toString() {
    if (byName.isEmpty()) {
      return "OrderedDict()";
    }
    return byName.entrySet().stream()
        .map(e -> "('" + e.getKey() + "', " + e.getValue() + ")")
        .collect(Collectors.joining(", ", "OrderedDict([", "])"));
  }
}
