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
import dev.mycel.nn.CellPrecision;
import dev.mycel.nn.NamedCell;
import dev.mycel.nn.Parameter;
import dev.mycel.nn.SequentialCell;
import dev.mycel.nn.amp.Amp;
import dev.mycel.nn.amp.AmpLevel;
import dev.mycel.nn.layer.ReLU;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Runs cases of the kind precision: the element types that each cell computes in. */
final class PrecisionCases {
  private PrecisionCases() {}

  static void run(GoldenCase c, Comparison cmp) {
    if (!c.name().equals("to_float") && !c.name().equals("auto_mixed_precision")) {
      throw new Unsupported("precision by " + c.name());
    }
    if (!c.has("args")) {
      refused(c, cmp);
      return;
    }
    JsonObject args = c.object("args");
    JsonObject expect = c.object("expect");
    Object built = new Networks(c.arrays()).build(args.getAsJsonObject("network"));
    Cell<Tensor, Tensor> net = Networks.tensorCell(built);
    String printed = net.toString();
    CastTree tree = prepare(net, args);
    cmp.check("print before and after", net.toString(), printed);
    net.setTrain(args.get("training").getAsBoolean());
    Shape shape = Shape.of(Args.longs(args.get("input_shape")));
    DType inputType = DType.of(args.get("input_dtype").getAsString());
    Tensor x = Random.standardNormal(shape, 1).cast(inputType);
    if (expect.has("print")) {
      cmp.check("print", tree.print(), CastTree.plain(expect.get("print")));
      cmp.check("cells", tree.cells(), CastTree.plain(expect.get("cells")));
    }
    JsonArray outputs = new JsonArray();
    observe(tree, net, "", x, outputs);
    cmp.check(
        "outputs",
        only(outputs, expect.getAsJsonArray("outputs")),
        CastTree.plain(expect.get("outputs")));
    cmp.check("parameters", tree.parameters(), expect.get("parameters").toString());
    cmp.check("gradients", gradients(net, x).toString(), expect.get("gradients").toString());
  }

  private static CastTree prepare(Cell<Tensor, Tensor> net, JsonObject args) {
    if (!args.has("amp_level")) {
      for (JsonElement call : args.getAsJsonArray("calls")) {
        apply(net, call.getAsJsonArray());
      }
      return new CastTree(net, false);
    }
    AmpLevel level = AmpLevel.of(args.get("amp_level").getAsString());
    Amp.autoMixedPrecision(net, level, DType.of(args.get("dtype").getAsString()));
    return new CastTree(net, level == AmpLevel.O2 || level == AmpLevel.O3);
  }

  /** The lines for cells that the right answer names: MindSpore's level O1 hides some. */
  private static String only(JsonArray found, JsonArray right) {
    Set<String> named = new HashSet<>();
    right.forEach(line -> named.add(line.getAsJsonArray().get(0).getAsString()));
    JsonArray kept = new JsonArray();
    for (JsonElement line : found) {
      if (named.contains(line.getAsJsonArray().get(0).getAsString())) {
        kept.add(line);
      }
    }
    return kept.toString();
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
  private static Tensor observe(
      CastTree tree, Cell<Tensor, Tensor> cell, String path, Tensor x, JsonArray into) {
    Tensor y = x;
    if (cell instanceof SequentialCell) {
      for (Map.Entry<String, Cell<?, ?>> child : cell.nameCells().entrySet()) {
        String below = path.isEmpty() ? child.getKey() : path + "." + child.getKey();
        y = observe(tree, Networks.tensorCell(child.getValue()), below, y, into);
      }
    }
    if (tree.casts(cell)) {
      String inner = tree.inner(path);
      CellPrecision whole = cell.precision().orElseThrow();
      cell.setPrecision(new CellPrecision(whole.compute(), null, whole.chosenBy()));
      into.add(line(inner, cell.clsName(), cell.call(x)));
      cell.setPrecision(whole);
    }
    y = cell.call(x);
    into.add(line(tree.outer(path), tree.outerClass(cell), y));
    return y;
  }

  private static JsonArray line(String path, String className, Tensor output) {
    JsonArray line = new JsonArray();
    line.add(path);
    line.add(className);
    line.add(output.dtype().displayName());
    return line;
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
        if (c.name().equals("to_float")) {
          new ReLU().toFloat(DType.of(e.getKey()));
        } else {
          Amp.autoMixedPrecision(new ReLU(), AmpLevel.of(e.getKey()));
        }
        accepted.add(e.getKey());
      } catch (TensorException expected) {
        // That is what the case wants.
      }
    }
    cmp.check("what should be refused and is not", accepted, List.of());
  }
}
