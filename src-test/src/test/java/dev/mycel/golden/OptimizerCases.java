package dev.mycel.golden;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Parameter;
import dev.mycel.optim.Optimizer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Runs cases of the kinds optimizer and schedule. */
final class OptimizerCases {
  private OptimizerCases() {}

  static void optimizer(GoldenCase c, Comparison cmp) {
    Map<String, Parameter> byName = new LinkedHashMap<>();
    c.arraysByName("params")
        .forEach((name, value) -> byName.put(name, new Parameter(value.toTensor(), name)));
    Optimizer optimizer =
        Optimizers.make(c.args(), new ArrayList<>(byName.values()), Optimizers.groups(c, byName));
    Map<String, GoldenArray> grads = c.arraysByName("grads");
    List<String> order = new ArrayList<>(byName.keySet());
    if (c.has("order")) {
      order =
          c.json().getAsJsonArray("order").asList().stream().map(JsonElement::getAsString).toList();
    } else if (c.has("groups")) {
      order = optimizer.parameters().stream().map(p -> nameOf(p, byName)).toList();
    }
    JsonObject after = c.object("after");
    int steps = c.json().get("steps").getAsInt();
    for (int step = 0; step < steps; step++) {
      List<Tensor> now = new ArrayList<>();
      for (String name : order) {
        now.add(grads.get(name).at(step).toTensor());
      }
      optimizer.call(now);
      JsonElement right = after.get(String.valueOf(step + 1));
      if (right != null) {
        String when = " after step " + (step + 1);
        c.arraysByName(right.getAsJsonObject())
            .forEach((name, r) -> cmp.check(name + when, byName.get(name).value(), r));
      }
    }
    states(c, optimizer, cmp);
  }

  private static String nameOf(Parameter p, Map<String, Parameter> byName) {
    for (Map.Entry<String, Parameter> e : byName.entrySet()) {
      if (e.getValue() == p) {
        return e.getKey();
      }
    }
    throw new IllegalStateException("the optimizer made up a parameter");
  }

  private static void states(GoldenCase c, Optimizer optimizer, Comparison cmp) {
    Map<String, Parameter> stored = new LinkedHashMap<>();
    optimizer.getParameters().forEach(p -> stored.put(p.name(), p));
    c.arraysByName("state")
        .forEach(
            (name, right) -> {
              Parameter p = stored.get(name);
              if (p == null) {
                cmp.fail("there is no state " + name + ", only " + stored.keySet());
              } else {
                cmp.check("state " + name, p.value(), right);
              }
            });
  }

  static void schedule(GoldenCase c, Comparison cmp) {
    double[] right =
        c.json().getAsJsonArray("values").asList().stream()
            .mapToDouble(JsonElement::getAsDouble)
            .toArray();
    cmp.check("rates", Schedules.values(c.args(), right.length), right);
  }
}
