package dev.mycel.nn;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.RandomAccess;
import java.util.Set;
import java.util.function.UnaryOperator;
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

  /**
   * The parameters in order; two different ones may not have one name. If they are of one tree,
   * names that clash in it are resolved first ({@link Cell#checkNamesAndRefreshName}).
   */
  public ParameterTuple(List<? extends Parameter> parameters) {
    this.parameters = List.copyOf(parameters);
    Set<Cell<?, ?>> resolved = Collections.newSetFromMap(new IdentityHashMap<>());
    Parameter[] clash = clash();
    while (clash != null) {
      Cell<?, ?> tree = clash[0].namer();
      if (tree == null || tree != clash[1].namer() || !resolved.add(tree)) {
        throw new ArgumentException(
            Messages.of("parameterTuple: two parameters are called '" + clash[0].name() + "'")
                .line("one  ", clash[0])
                .line("other", clash[1])
                .hint(
                    "give each a name of its own; parameters of children need no tuple, a transient"
                        + " list refers to them")
                .text());
      }
      Walk.uniquelyNamed(tree, true);
      clash = clash();
    }
    for (Parameter p : this.parameters) {
      names.add(nameOf(p));
    }
  }

  /** A tuple of other parameters under the names of this one. */
  private ParameterTuple(List<Parameter> parameters, List<@Nullable String> names) {
    this.parameters = List.copyOf(parameters);
    this.names.addAll(names);
  }

  /** The same tuple of other parameters. */
  ParameterTuple with(UnaryOperator<Parameter> change) {
    return new ParameterTuple(parameters.stream().map(change).toList(), names);
  }

  private static @Nullable String nameOf(Parameter p) {
    return p.explicitName().isPresent() || p.namer() != null ? p.name() : null;
  }

  /** Two different parameters of one name. */
  private Parameter @Nullable [] clash() {
    Map<String, Parameter> byName = new HashMap<>();
    for (Parameter p : parameters) {
      String name = nameOf(p);
      Parameter other = name == null ? null : byName.put(name, p);
      if (other != null && other != p) {
        return new Parameter[] {other, p};
      }
    }
    return null;
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
      copies.add(copyOf.computeIfAbsent(p, one -> one.cloneNamed(prefix + "." + one.name(), init)));
    }
    return new ParameterTuple(copies);
  }
}
