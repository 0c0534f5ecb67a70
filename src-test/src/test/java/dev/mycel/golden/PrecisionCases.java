package dev.mycel.golden;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.mycel.autograd.Autograd;
import dev.mycel.core.DType;
import dev.mycel.core.Random;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import dev.mycel.core.TensorException;
import dev.mycel.nn.Cell;
import dev.mycel.nn.NamedCell;
import dev.mycel.nn.Parameter;
import dev.mycel.nn.SequentialCell;
import dev.mycel.nn.layer.ReLU;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Runs cases of the kind precision: the element types that each cell computes in. */
final class PrecisionCases {
  private PrecisionCases() {}

  static void run(GoldenCase c, Comparison cmp) {
    if (!c.name().equals("to_float")) {
      throw new Unsupported("precision by " + c.name());
    }
    if (!c.has("args")) {
      refused(c, cmp);
      return;
    }
    JsonObject args = c.object("args");
    Object built = new Networks(c.arrays()).build(args.getAsJsonObject("network"));
    Cell<Tensor, Tensor> net = Networks.tensorCell(built);
    net.setTrain(args.get("training").getAsBoolean());
    for (JsonElement call : args.getAsJsonArray("calls")) {
      apply(net, call.getAsJsonArray());
    }
    Shape shape = Shape.of(Args.longs(args.get("input_shape")));
    DType inputType = DType.of(args.get("input_dtype").getAsString());
    Tensor x = Random.standardNormal(shape, 1).cast(inputType);
    JsonObject expect = c.object("expect");
    JsonArray outputs = new JsonArray();
    observe(net, "", x, outputs);
    cmp.check("outputs", outputs.toString(), expect.get("outputs").toString());
    JsonObject parameters = new JsonObject();
    net.getParameters().forEach(p -> parameters.addProperty(p.name(), p.dtype().displayName()));
    cmp.check("parameters", parameters.toString(), expect.get("parameters").toString());
    cmp.check("gradients", gradients(net, x).toString(), expect.get("gradients").toString());
  }

  private static void apply(Cell<?, ?> net, JsonArray call) {
    if (!call.get(1).getAsString().equals("to_float")) {
      throw new Unsupported("precision: " + call);
    }
    DType type = DType.of(call.get(2).getAsString());
    String path = call.get(0).getAsString();
    for (NamedCell named : net.cellsAndNames()) {
      if (named.name().equals(path)) {
        named.cell().toFloat(type);
        return;
      }
    }
    throw new IllegalStateException("there is no cell " + path);
  }

  /**
   * Calls the cells of a sequence one by one, and notes the type of each result in order of
   * completion.
   */
  private static Tensor observe(Cell<Tensor, Tensor> cell, String path, Tensor x, JsonArray into) {
    Tensor y = x;
    if (cell instanceof SequentialCell) {
      for (Map.Entry<String, Cell<?, ?>> child : cell.nameCells().entrySet()) {
        String below = path.isEmpty() ? child.getKey() : path + "." + child.getKey();
        y = observe(Networks.tensorCell(child.getValue()), below, y, into);
      }
    }
    y = cell.call(x);
    JsonArray line = new JsonArray();
    line.add(path);
    line.add(cell.clsName());
    line.add(y.dtype().displayName());
    into.add(line);
    return y;
  }

  private static JsonObject gradients(Cell<Tensor, Tensor> net, Tensor x) {
    JsonObject types = new JsonObject();
    Tensor dx = Autograd.grad((Tensor t) -> net.call(t)).apply(x);
    types.addProperty("input", dx.dtype().displayName());
    List<Parameter> weights = net.trainableParams();
    List<Tensor> grads = Autograd.grad((Tensor t) -> net.call(t), weights).apply(x);
    for (int i = 0; i < grads.size(); i++) {
      types.addProperty(weights.get(i).name(), grads.get(i).dtype().displayName());
    }
    return types;
  }

  private static void refused(GoldenCase c, Comparison cmp) {
    List<String> accepted = new ArrayList<>();
    for (Map.Entry<String, JsonElement> e : c.object("expect").entrySet()) {
      try {
        new ReLU().toFloat(DType.of(e.getKey()));
        accepted.add(e.getKey());
      } catch (TensorException expected) {
        // That is what the case wants.
      }
    }
    cmp.check("types that toFloat should refuse and does not", accepted, List.of());
  }
}
