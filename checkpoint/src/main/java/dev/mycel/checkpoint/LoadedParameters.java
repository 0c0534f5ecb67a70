package dev.mycel.checkpoint;

import dev.mycel.nn.Parameter;
import java.util.AbstractMap;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;

/**
 * The parameters of a checkpoint by name, in the order of the file, and its strings. The map may be
 * changed: renaming entries is putting them under other keys.
 */
public final class LoadedParameters extends AbstractMap<String, Parameter> {
  private final Map<String, Parameter> byName = new LinkedHashMap<>();
  private final Map<String, String> strings;

  LoadedParameters(Map<String, Parameter> byName, Map<String, String> strings) {
    this.byName.putAll(byName);
    this.strings = Collections.unmodifiableMap(new LinkedHashMap<>(strings));
  }

  @Override
  public Set<Entry<String, Parameter>> entrySet() {
    return byName.entrySet();
  }

  @Override
  @SuppressWarnings("NullAway") // a map answers null for a name it does not have
  public Parameter get(Object key) {
    return byName.get(key);
  }

  @Override
  public boolean containsKey(Object key) {
    return byName.containsKey(key);
  }

  @Override
  @SuppressWarnings("NullAway") // a map answers null where there was nothing before
  public Parameter put(String key, Parameter value) {
    return byName.put(key, value);
  }

  /** Entries that are texts, by name. */
  public Map<String, String> strings() {
    return strings;
  }

  /** As MindSpore prints it: {@code {'weight': Parameter (name=weight, ...), ...}}. */
  @Override
  public String toString() {
    StringJoiner joiner = new StringJoiner(", ", "{", "}");
    byName.forEach((name, p) -> joiner.add("'" + name + "': " + p));
    strings.forEach((name, text) -> joiner.add("'" + name + "': '" + text + "'"));
    return joiner.toString();
  }
}
