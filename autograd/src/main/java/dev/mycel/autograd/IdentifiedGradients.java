package dev.mycel.autograd;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;
import dev.mycel.core.Tensor;
import dev.mycel.core.Variable;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Gradients by what they belong to: the position of an input, or a variable. What MindSpore's
 * {@code return_ids} gives, as a map.
 *
 * @param asMap all gradients in the order asked for; keys are positions and variables
 */
public record IdentifiedGradients(Map<Object, Tensor> asMap) {
  /** Takes a copy that cannot be changed. */
  public IdentifiedGradients {
    asMap = Collections.unmodifiableMap(new LinkedHashMap<>(asMap));
  }

  /** The gradient of the input at a position that was asked for. */
  public Tensor get(int position) {
    return find("position " + position, position);
  }

  /** The gradient of a variable that was asked for. */
  public Tensor get(Variable variable) {
    return find(String.valueOf(variable), variable);
  }

  private Tensor find(String named, Object id) {
    Tensor found = asMap.get(id);
    if (found == null) {
      throw new ArgumentException(
          Messages.of("getGrad: there is no gradient of " + named)
              .line("there are", asMap.keySet())
              .hint("name it among the positions or weights of grad")
              .text());
    }
    return found;
  }
}
