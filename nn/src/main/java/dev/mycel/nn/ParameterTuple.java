package dev.mycel.nn;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.RandomAccess;
import org.jspecify.annotations.Nullable;

/**
 * A fixed list of parameters. As a field of a cell it registers them there, each under the name it
 * had when the tuple was made; those without a name become {@code Parameter$1, Parameter$2, ...}.
 */
public final class ParameterTuple extends AbstractList<Parameter> implements RandomAccess {
  private final List<Parameter> parameters;
  private final List<@Nullable String> names = new ArrayList<>();

  /** The parameters in order; two different ones may not have one name. */
  public ParameterTuple(Parameter... parameters) {
    this(List.of(parameters));
  }

  /** The parameters in order; two different ones may not have one name. */
  public ParameterTuple(List<Parameter> parameters) {
    this.parameters = List.copyOf(parameters);
    Map<String, Parameter> byName = new HashMap<>();
    for (Parameter p : this.parameters) {
      boolean named = p.explicitName().isPresent() || p.namer() != null;
      String name = named ? p.name() : null;
      names.add(name);
      Parameter other = name == null ? null : byName.put(name, p);
      if (other != null && other != p) {
        throw new ArgumentException(
            Messages.of("parameterTuple: two parameters are called '" + name + "'")
                .line("one  ", other)
                .line("other", p)
                .hint("give each a name of its own")
                .text());
      }
    }
  }

  @Override
  public Parameter get(int index) {
    return parameters.get(index);
  }

  @Override
  public int size() {
    return parameters.size();
  }

  /** The name of an element when the tuple was made, or null if it had none. */
  @Nullable String nameAt(int index) {
    return names.get(index);
  }

  /** Copies of all parameters, named {@code prefix.name}. */
  public ParameterTuple clone(String prefix) {
    return clone(prefix, "same");
  }

  /**
   * Parameters of the same shapes and dtypes, named {@code prefix.name}.
   *
   * @param prefix letters, digits, underscores and dots
   * @param init an initialiser's alias, or {@code "same"} to copy the values
   */
  public ParameterTuple clone(String prefix, String init) {
    if (!prefix.matches("\\w+[0-9a-zA-Z_.]*")) {
      throw new ArgumentException(
          Messages.of("clone: '" + prefix + "' is no prefix for parameter names")
              .hint("use letters, digits, underscores and dots")
              .text());
    }
    Map<Parameter, Parameter> copyOf = new IdentityHashMap<>();
    List<Parameter> copies = new ArrayList<>();
    for (Parameter p : parameters) {
      copies.add(
          copyOf.computeIfAbsent(p, one -> one.clone(init).setName(prefix + "." + one.name())));
    }
    return new ParameterTuple(copies);
  }
}
