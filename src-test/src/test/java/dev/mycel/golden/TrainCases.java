package dev.mycel.golden;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.mycel.autograd.Autograd;
import dev.mycel.core.DType;
import dev.mycel.core.Ops;
import dev.mycel.core.Pair;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import dev.mycel.core.Tree;
import dev.mycel.nn.Cell;
import dev.mycel.nn.NamedParameter;
import dev.mycel.nn.Parameter;
import dev.mycel.nn.WithLossCell;
import dev.mycel.optim.Optimizer;
import dev.mycel.optim.TrainOneStepCell;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Runs cases of the kind train: a network described as data, trained for some steps. */
final class TrainCases {
  private TrainCases() {}

  /** A network whose construct is a list of statements. */
  private static final class Described extends Cell<Tensor, Tensor> {
    private final transient GoldenCase c;
    private final transient Map<String, Module> modules = new HashMap<>();
    private final transient Map<String, Parameter> own = new HashMap<>();

    Described(GoldenCase c) {
      this.c = c;
      Args a = c.args();
      for (JsonElement e : c.object("args").getAsJsonArray("cells")) {
        String name = e.getAsJsonObject().get("name").getAsString();
        Module m = Layers.make(a.cell(e));
        modules.put(name, m);
        setChild(name, m.cell());
      }
      JsonElement raw = c.object("args").get("parameters");
      if (raw != null && raw.isJsonObject()) {
        for (Map.Entry<String, JsonElement> e : raw.getAsJsonObject().entrySet()) {
          Tensor zeros = Ops.zeros(Shape.of(Args.longs(e.getValue())), DType.FLOAT32);
          Parameter p = new Parameter(zeros, e.getKey());
          own.put(e.getKey(), p);
          insertParamToCell(e.getKey(), p);
        }
      }
    }

    @Override
    protected Tensor construct(Tensor x) {
      Map<String, Object> values = new HashMap<>();
      values.put("x", x);
      own.forEach((name, p) -> values.put(name, p.value()));
      for (JsonElement e : c.object("args").getAsJsonArray("construct")) {
        execute(e.getAsJsonObject(), values);
      }
      return (Tensor) values.get("logits");
    }

    private void execute(JsonObject statement, Map<String, Object> values) {
      List<Object> in = new ArrayList<>();
      for (JsonElement name : statement.getAsJsonArray("in")) {
        in.add(value(name, values));
      }
      String call = statement.get("call").getAsString();
      JsonObject given =
          statement.has("args") ? statement.getAsJsonObject("args") : new JsonObject();
      Object result;
      if (call.startsWith("ops.")) {
        String op = call.substring(4);
        result = OpTable.run(op, in, new Args(op, given, c.arrays()));
      } else {
        if (!given.isEmpty()) {
          throw new Unsupported(c.name() + ": a cell called with " + given.keySet());
        }
        result = modules.get(call).call().apply(in);
      }
      store(statement.get("out"), result, values);
    }

    private Object value(JsonElement name, Map<String, Object> values) {
      if (name.isJsonArray()) {
        List<Object> parts = new ArrayList<>();
        name.getAsJsonArray().forEach(n -> parts.add(value(n, values)));
        return parts;
      }
      if (name.isJsonNull()) {
        throw new Unsupported(c.name() + ": a call with an input left out");
      }
      Object found = values.get(name.getAsString());
      if (found == null) {
        throw new IllegalStateException(c.id() + ": nothing is called " + name);
      }
      return found;
    }

    private static void store(JsonElement out, Object result, Map<String, Object> values) {
      if (!out.isJsonArray()) {
        values.put(out.getAsString(), result);
        return;
      }
      JsonArray names = out.getAsJsonArray();
      List<Tensor> parts = Tree.tensors(result);
      for (int i = 0; i < names.size() && i < parts.size(); i++) {
        if (names.get(i).isJsonArray()) {
          throw new Unsupported("a nested result");
        }
        if (!names.get(i).isJsonNull()) {
          values.put(names.get(i).getAsString(), parts.get(i));
        }
      }
    }
  }

  static void run(GoldenCase c, Comparison cmp) {
    Args a = c.args();
    Described net = new Described(c);
    net.setTrain(c.training());
    Map<String, Parameter> byName = new LinkedHashMap<>();
    for (NamedParameter named : net.parametersAndNames()) {
      byName.put(named.name(), named.parameter());
    }
    set(c, byName);
    Cell<Pair<Tensor, Tensor>, Tensor> loss = LossCells.cell(a.cell(c.object("args").get("loss")));
    GoldenArray xs = c.arrays().get(c.json().getAsJsonArray("inputs").get(0).getAsString());
    GoldenArray ys = c.arrays().get(c.json().getAsJsonArray("inputs").get(1).getAsString());
    firstGradients(c, net, loss, xs, ys, byName, cmp);
    set(c, byName);
    Optimizer optimizer =
        Optimizers.make(a.cell(c.object("args").get("optimizer")), net.trainableParams(), null);
    @SuppressWarnings("unchecked") // every loss of the table is a Cell2 of two tensors
    var lossFn = (dev.mycel.nn.Cell2<Tensor, Tensor, Tensor>) (Cell<?, ?>) loss;
    TrainOneStepCell<Pair<Tensor, Tensor>> step =
        new TrainOneStepCell<>(new WithLossCell<>(net, lossFn), optimizer);
    step.setTrain(c.training());
    double[] losses = new double[c.json().get("steps").getAsInt()];
    int batches = (int) xs.shape().dim(0);
    for (int i = 0; i < losses.length; i++) {
      int batch = i % batches;
      Tensor l = step.call(new Pair<>(xs.at(batch).toTensor(), ys.at(batch).toTensor()));
      losses[i] = GoldenArray.of(l).get(0);
    }
    compare(c, losses, byName, cmp);
  }

  private static void set(GoldenCase c, Map<String, Parameter> byName) {
    c.arraysByName("params")
        .forEach(
            (name, value) -> {
              Parameter p = byName.get(name);
              if (p == null) {
                throw new IllegalStateException(
                    "the network has no parameter " + name + ", only " + byName.keySet());
              }
              p.setData(value.toTensor());
            });
  }

  private static void firstGradients(
      GoldenCase c,
      Cell<Tensor, Tensor> net,
      Cell<Pair<Tensor, Tensor>, Tensor> loss,
      GoldenArray xs,
      GoldenArray ys,
      Map<String, Parameter> byName,
      Comparison cmp) {
    Map<String, GoldenArray> right = c.arraysByName("param_grads");
    List<Parameter> weights = right.keySet().stream().map(byName::get).toList();
    Tensor y = ys.at(0).toTensor();
    List<Tensor> found =
        Autograd.grad((Tensor x) -> loss.call(new Pair<>(net.call(x), y)), weights)
            .apply(xs.at(0).toTensor());
    int i = 0;
    for (Map.Entry<String, GoldenArray> e : right.entrySet()) {
      cmp.check("first gradient of " + e.getKey(), found.get(i++), e.getValue());
    }
  }

  private static void compare(
      GoldenCase c, double[] losses, Map<String, Parameter> byName, Comparison cmp) {
    JsonObject expect = c.object("expect");
    double[] right =
        expect.getAsJsonArray("losses").asList().stream()
            .mapToDouble(JsonElement::getAsDouble)
            .toArray();
    JsonElement t = expect.get("losses_tolerance");
    double atol = t == null ? c.atol() : t.isJsonObject() ? number(t, "atol") : t.getAsDouble();
    double rtol = t != null && t.isJsonObject() ? number(t, "rtol") : c.rtol();
    Comparison ofLosses = new Comparison(rtol, atol);
    ofLosses.check("losses", losses, right);
    ofLosses.wrong().forEach(cmp::fail);
    c.arraysByName("params_after")
        .forEach((name, r) -> cmp.check(name + " after", byName.get(name).value(), r));
  }

  private static double number(JsonElement e, String name) {
    JsonElement n = e.getAsJsonObject().get(name);
    return n == null ? 0 : n.getAsDouble();
  }
}
