package dev.mycel.nd4j;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;
import dev.mycel.core.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Maps of named arrays, as DL4J's {@code paramTable()} gives them, as entries that a map of names
 * takes to a network. No DL4J is needed.
 *
 * <pre>{@code
 * Map<String, Tensor> entries = NdParameters.entries(theirs.paramTable());
 * NameMap map = NameMap.fromDl4j(net, entries.keySet());
 * Checkpoints.load(entries, net, map, MappingMode.STRICT);
 * }</pre>
 */
public final class NdParameters {
  private NdParameters() {}

  /**
   * Copies of the arrays under their names, in the map's order, with shapes as they are.
   *
   * @throws ArgumentException if a name or an array is null, or as {@link NdArrays#toTensor} says;
   *     the message has the name
   */
  public static Map<String, Tensor> entries(Map<String, INDArray> parameters) {
    if (parameters == null) {
      throw new ArgumentException("NdParameters: the map must not be null");
    }
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    parameters.forEach(
        (name, array) -> {
          if (name == null || array == null) {
            throw new ArgumentException(
                Messages.of("NdParameters: a " + (name == null ? "name" : "array") + " is null")
                    .line("name", name)
                    .line("all ", parameters.keySet())
                    .hint("leave it out, or name it")
                    .text());
          }
          tensors.put(name, NdArrays.toTensor("NdParameters: '" + name + "'", array));
        });
    return tensors;
  }
}
