package dev.mycel.golden;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.mycel.core.DType;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;
import dev.mycel.nn.Parameter;
import dev.mycel.nn.ParameterDict;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
    JsonObject expect = c.object("expect");
    for (Map.Entry<String, JsonElement> e : expect.entrySet()) {
      Object text = found.get(e.getKey());
      if (text == null) {
        throw new Unsupported("names: " + e.getKey());
      }
      if (e.getKey().equals("parameters_dict") && losesParameters(expect)) {
        cmp.check("keys of the dict", found.get("keys"), plain(expect.get(REFRESHED)));
      } else {
        cmp.check(e.getKey(), text, plain(e.getValue()));
      }
    }
  }

  private static final String REFRESHED = "after_first_call_names";

  /**
   * Whether two parameters have one name before the first call: then MindSpore's dict has only one
   * of them. Here asking for the dict resolves the names as the first call does, and nothing is
   * lost.
   */
  private static boolean losesParameters(JsonObject expect) {
    List<String> names = new ArrayList<>();
    if (expect.has("names")) {
      expect
          .getAsJsonArray("names")
          .forEach(pair -> names.add(pair.getAsJsonArray().get(1).getAsString()));
    }
    return new HashSet<>(names).size() < names.size();
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
    Map<String, Object> found = new LinkedHashMap<>();
    found.put("print", net.toString());
    List<Parameter> parameters = net.getParameters().toList();
    found.put("parameters", parameters.toString());
    found.put("trainable", net.trainableParams().toString());
    JsonArray names = new JsonArray();
    net.parametersAndNames().forEach(n -> names.add(pair(n.name(), n.parameter().name())));
    found.put("names", names.toString());
    JsonArray cells = new JsonArray();
    net.cellsAndNames().forEach(n -> cells.add(pair(n.name(), n.cell().clsName())));
    found.put("cells", cells.toString());
    JsonArray children = new JsonArray();
    net.nameCells().forEach((name, cell) -> children.add(pair(name, cell.clsName())));
    found.put("children", children.toString());
    ParameterDict dict = net.parametersDict();
    found.put("parameters_dict", dict.toString());
    found.put("keys", strings(dict.keySet()));
    net.checkNamesAndRefreshName();
    found.put(REFRESHED, strings(parameters.stream().map(Parameter::name).toList()));
    return found;
  }

  private static String strings(Iterable<String> texts) {
    JsonArray array = new JsonArray();
    texts.forEach(array::add);
    return array.toString();
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
