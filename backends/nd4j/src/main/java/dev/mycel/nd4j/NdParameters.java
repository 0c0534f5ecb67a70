package dev.mycel.nd4j;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;
import dev.mycel.core.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Maps of named arrays, as DL4J's {@code paramTable()} gives them, as maps of named tensors. No
 * DL4J is needed.
 */
public final class NdParameters {
  private NdParameters() {}

  /**
   * Copies of the arrays under their names, in the map's order, with shapes as they are.
   *
   * @throws ArgumentException if a name or an array is null, or as {@link NdArrays#toTensor} says
   */
  public static Map<String, Tensor> entries(Map<String, INDArray> parameters) {
    return convert(parameters, name -> name, false);
  }

  /**
   * Copies of DL4J's parameters in the shapes that layers here have, under names that a function
   * chooses: matrices {@code [in, out]} named {@code ..._W} or {@code ..._RW} are transposed to
   * {@code [out, in]}, rows {@code [1, n]} named {@code ..._b}, {@code ..._beta}, {@code
   * ..._gamma}, {@code ..._mean} or {@code ..._var} become vectors {@code [n]}. Weights of
   * convolutions, {@code [out, in, h, w]} on both sides, stay as they are.
   *
   * @param names the new name of each old one, for example {@code Map.of("0_W",
   *     "fc1.weight")::get}; null is refused
   * @throws ArgumentException if a name or an array is null, two parameters get one name, or as
   *     {@link NdArrays#toTensor} says
   */
  public static Map<String, Tensor> fromDl4j(
      Map<String, INDArray> parameters, Function<String, String> names) {
    return convert(parameters, names, true);
  }

  private static Map<String, Tensor> convert(
      Map<String, INDArray> parameters, Function<String, String> names, boolean reshape) {
    if (parameters == null) {
      throw new ArgumentException("NdParameters: the map must not be null");
    }
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    parameters.forEach(
        (name, array) -> {
          if (name == null || array == null) {
            throw new ArgumentException(
                "NdParameters: a "
                    + (name == null ? "name" : "array of '" + name + "'")
                    + " is null");
          }
          String target = names.apply(name);
          if (target == null || tensors.containsKey(target)) {
            throw new ArgumentException(
                Messages.of(
                        "NdParameters: "
                            + (target == null
                                ? "there is no new name for a parameter"
                                : "two parameters get the name '" + target + "'"))
                    .line("parameter", name)
                    .line("all      ", parameters.keySet())
                    .hint("give each its own name")
                    .text());
          }
          tensors.put(target, NdArrays.toTensor(reshape ? shaped(name, array) : array));
        });
    return tensors;
  }

  private static INDArray shaped(String name, INDArray array) {
    ArrayChecks.readable("NdParameters", array);
    if (array.rank() != 2 || array.isEmpty()) {
      return array;
    }
    String kind = name.substring(name.lastIndexOf('_') + 1);
    return switch (kind) {
      case "W", "RW" -> array.transpose();
      case "b", "beta", "gamma", "mean", "var" ->
          array.size(0) == 1 ? array.reshape(array.size(1)) : array;
      default -> array;
    };
  }
}
