package dev.mycel.golden;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.mycel.core.DType;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import dev.mycel.core.Tree;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Runs cases of the kind grad. What a case differentiates stands in words in its {@code doc};
 * {@link GradFunctions} says it in Java, by the case's id. A case of another id is unsupported, as
 * is a part of a case for which the library has no function.
 */
final class GradCases {
  private GradCases() {}

  static void run(GoldenCase c, Comparison cmp) {
    Function<Map<String, Tensor>, Map<String, Object>> what = GradFunctions.TABLE.get(c.id());
    if (what == null) {
      throw new Unsupported("gradients: " + c.id());
    }
    JsonObject expect = c.object("expect");
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    if (c.has("args")) {
      c.object("args").asMap().forEach((name, value) -> inputs.put(name, input(value)));
    }
    expect.asMap().forEach((name, value) -> inputs.put("expect " + name, first(value)));
    inputs.values().removeIf(java.util.Objects::isNull);
    Map<String, Object> found = what.apply(inputs);
    List<String> left = new ArrayList<>(expect.keySet());
    for (Map.Entry<String, Object> e : found.entrySet()) {
      left.remove(e.getKey());
      JsonElement right = expect.get(e.getKey());
      if (right == null) {
        cmp.fail("the case has no part " + e.getKey());
      } else if (right.isJsonObject() && right.getAsJsonObject().has("error")) {
        if (!(e.getValue() instanceof RuntimeException)) {
          cmp.fail(e.getKey() + " raised " + e.getValue() + ", right is " + right);
        }
      } else if (e.getValue() instanceof Number n) {
        cmp.check(e.getKey(), n.longValue(), right.getAsLong());
      } else {
        compare(e.getKey(), e.getValue(), right, cmp);
      }
    }
    left.removeAll(GradFunctions.GIVEN.getOrDefault(c.id(), List.of()));
    if (!left.isEmpty() && cmp.wrong().isEmpty()) {
      throw new Unsupported("gradients: " + c.id() + ": " + left);
    }
  }

  private static Tensor input(JsonElement lists) {
    List<Double> numbers = new ArrayList<>();
    NameCases.flatten(lists, numbers);
    boolean whole = !lists.toString().contains(".");
    return GoldenArray.of(
            whole ? DType.INT32 : DType.FLOAT32,
            Shape.of(NameCases.extents(lists)),
            numbers.stream().mapToDouble(d -> d).toArray())
        .toTensor();
  }

  /** The tensor that a part is, or null. */
  private static @org.jspecify.annotations.Nullable Tensor first(JsonElement e) {
    return e.isJsonObject() && e.getAsJsonObject().has("tensor")
        ? array(e.getAsJsonObject()).toTensor()
        : null;
  }

  private static GoldenArray array(JsonObject o) {
    List<Double> numbers = new ArrayList<>();
    NameCases.flatten(o.get("tensor"), numbers);
    return GoldenArray.of(
        DType.of(o.get("dtype").getAsString()),
        Shape.of(Args.longs(o.get("shape"))),
        numbers.stream().mapToDouble(d -> d).toArray());
  }

  /** Compares tensors and identities in order; how they are nested is each language's own. */
  private static void compare(String part, Object found, JsonElement expected, Comparison cmp) {
    List<Object> right = new ArrayList<>();
    collect(expected, right);
    List<Object> leaves = new ArrayList<>();
    collect(found, leaves);
    if (leaves.size() != right.size()) {
      cmp.fail(part + ": " + leaves.size() + " tensors and ids, right are " + right.size());
      return;
    }
    for (int i = 0; i < right.size(); i++) {
      String what = part + ", part " + i;
      if (leaves.get(i) instanceof Tensor t && right.get(i) instanceof GoldenArray array) {
        cmp.check(what + ": type", t.dtype(), array.dtype());
        cmp.check(what, t, array);
      } else {
        cmp.check(what, leaves.get(i).toString(), right.get(i).toString());
      }
    }
  }

  /** Tensors, numbers and texts. */
  private static void collect(Object found, List<Object> into) {
    if (found instanceof Iterable<?> parts) {
      parts.forEach(part -> collect(part, into));
    } else if (found instanceof Number || found instanceof String) {
      into.add(found);
    } else {
      into.addAll(Tree.tensors(found));
    }
  }

  private static void collect(JsonElement e, List<Object> into) {
    if (e.isJsonArray()) {
      JsonArray a = e.getAsJsonArray();
      a.forEach(part -> collect(part, into));
    } else if (e.isJsonPrimitive()) {
      into.add(e.getAsString());
    } else if (e.isJsonObject() && e.getAsJsonObject().has("tensor")) {
      into.add(array(e.getAsJsonObject()));
    } else if (e.isJsonObject()) {
      e.getAsJsonObject().entrySet().forEach(part -> collect(part.getValue(), into));
    } else {
      throw new Unsupported("gradients: a part " + e);
    }
  }
}
