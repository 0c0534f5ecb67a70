package dev.mycel.golden;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.mycel.core.DType;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;
import dev.mycel.nn.Parameter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Runs cases of the kind names: what cells, parameters and tensors are called and how they print.
 */
final class NameCases {
  private NameCases() {}

  static void run(GoldenCase c, Comparison cmp) {
    Map<String, Object> found =
        switch (c.name()) {
          case "network" -> network(c);
          case "parameter" -> parameter(c);
          case "tensor" -> tensor(c);
          default -> throw new Unsupported("names of " + c.name());
        };
    boolean byHistory = namedByHistory(c.object("args"));
    JsonObject expect = c.object("expect");
    for (Map.Entry<String, JsonElement> e : expect.entrySet()) {
      Object text = found.get(e.getKey());
      if (text == null) {
        throw new Unsupported("names: " + e.getKey());
      }
      if (!byHistory || STRUCTURE.contains(e.getKey())) {
        cmp.check(e.getKey(), text, plain(e.getValue()));
      }
    }
    if (byHistory && cmp.wrong().isEmpty()) {
      throw new Unsupported(
          "stored names of inserted or shared members: here the walk names them, not their history");
    }
  }

  private static final Set<String> STRUCTURE = Set.of("cells", "children");

  /**
   * Whether the network has inserted or shared members. MindSpore names such parameters by the
   * order of assignments and calls, Mycel by the place where the walk from the root first finds
   * them; only the structure can be compared.
   */
  private static boolean namedByHistory(JsonElement node) {
    if (node.isJsonArray()) {
      JsonArray a = node.getAsJsonArray();
      boolean inserted =
          a.size() == 3
              && a.get(2).isJsonPrimitive()
              && a.get(2).getAsJsonPrimitive().isString()
              && a.get(2).getAsString().equals("insert");
      return inserted || a.asList().stream().anyMatch(NameCases::namedByHistory);
    }
    return node.isJsonObject()
        && (node.getAsJsonObject().has("same_as")
            || node.getAsJsonObject().asMap().values().stream()
                .anyMatch(NameCases::namedByHistory));
  }

  /**
   * A text as it must print here: an object that Python shows by its address prints as its class.
   */
  static String plain(JsonElement e) {
    String text = e.isJsonPrimitive() ? e.getAsString() : e.toString();
    return text.replaceAll("<[\\w.]+\\.(\\w+) object at 0x0>", "$1");
  }

  private static Map<String, Object> network(GoldenCase c) {
    Object built = new Networks(c.arrays()).build(c.object("args").getAsJsonObject("network"));
    if (!(built instanceof Cell<?, ?> net)) {
      throw new Unsupported("names of a network that is no cell");
    }
    List<Parameter> parameters = net.getParameters().toList();
    JsonArray names = new JsonArray();
    net.parametersAndNames().forEach(n -> names.add(pair(n.name(), n.parameter().name())));
    JsonArray cells = new JsonArray();
    net.cellsAndNames().forEach(n -> cells.add(pair(n.name(), n.cell().clsName())));
    JsonArray children = new JsonArray();
    net.nameCells().forEach((name, cell) -> children.add(pair(name, cell.clsName())));
    JsonArray stored = new JsonArray();
    parameters.forEach(p -> stored.add(p.name()));
    Map<String, Object> found = new LinkedHashMap<>();
    found.put("print", net.toString());
    found.put("parameters", parameters.toString());
    found.put("trainable", net.trainableParams().toString());
    found.put("names", names.toString());
    found.put("parameters_dict", net.parametersDict().toString());
    found.put("cells", cells.toString());
    found.put("children", children.toString());
    found.put("after_first_call_names", stored.toString());
    return found;
  }

  private static JsonArray pair(String a, String b) {
    JsonArray pair = new JsonArray();
    pair.add(a);
    pair.add(b);
    return pair;
  }

  private static Map<String, Object> parameter(GoldenCase c) {
    Parameter p = Networks.parameter(c.object("args"));
    String text = p.toString().replaceAll("Parameter#\\d+", "Parameter#0");
    return Map.of("str", text, "repr", text, "name", p.name().replaceAll("#\\d+", "#0"));
  }

  private static Map<String, Object> tensor(GoldenCase c) {
    JsonObject args = c.object("args");
    DType dtype = DType.of(args.get("dtype").getAsString());
    GoldenArray values;
    if (args.has("counting")) {
      Shape shape = Shape.of(Args.longs(args.get("counting")));
      double[] count = IntStream.range(0, (int) shape.size()).asDoubleStream().toArray();
      values = GoldenArray.of(dtype, shape, count);
    } else {
      List<Double> flat = new ArrayList<>();
      flatten(args.get("values"), flat);
      double[] numbers = flat.stream().mapToDouble(Double::doubleValue).toArray();
      values = GoldenArray.of(dtype, Shape.of(extents(args.get("values"))), numbers);
      if (dtype == DType.INT64) {
        exact(args.get("values"), (long[]) values.array(), new int[1]);
      }
    }
    Tensor t = values.toTensor();
    return Map.of("str", t.toString(), "repr", t.repr(), "in a tuple", "(" + t.repr() + ",)");
  }

  private static void exact(JsonElement e, long[] into, int[] next) {
    if (e.isJsonArray()) {
      e.getAsJsonArray().forEach(part -> exact(part, into, next));
    } else {
      into[next[0]++] = e.getAsLong();
    }
  }

  /** The numbers of nested lists; bool as 0 and 1, words for what JSON cannot write. */
  static void flatten(JsonElement e, List<Double> into) {
    if (e.isJsonArray()) {
      e.getAsJsonArray().forEach(part -> flatten(part, into));
    } else if (e.getAsJsonPrimitive().isBoolean()) {
      into.add(e.getAsBoolean() ? 1.0 : 0.0);
    } else {
      into.add(Args.number(e));
    }
  }

  /** The extents of nested lists. */
  static long[] extents(JsonElement e) {
    if (!e.isJsonArray()) {
      return new long[0];
    }
    JsonArray a = e.getAsJsonArray();
    long[] rest = a.isEmpty() ? new long[0] : extents(a.get(0));
    long[] all = new long[rest.length + 1];
    all[0] = a.size();
    System.arraycopy(rest, 0, all, 1, rest.length);
    return all;
  }
}
