package dev.mycel.golden;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.mycel.core.DType;
import dev.mycel.core.Ops;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;
import dev.mycel.nn.Cell2;
import dev.mycel.nn.CellDict;
import dev.mycel.nn.CellList;
import dev.mycel.nn.Parameter;
import dev.mycel.nn.ParameterTuple;
import dev.mycel.nn.SequentialCell;
import dev.mycel.nn.WithEvalCell;
import dev.mycel.nn.WithLossCell;
import dev.mycel.optim.Optimizer;
import dev.mycel.optim.TrainOneStepCell;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Builds networks that are described as trees, in the node forms of the goldens' {@code
 * maker/trees.py}.
 */
final class Networks {
  private final SafeTensors arrays;
  private @Nullable Own root;

  Networks(SafeTensors arrays) {
    this.arrays = arrays;
  }

  /** A cell of the user's own, which calls its children one after the other. */
  static class Own extends Cell<Tensor, Tensor> {
    private final transient String className;

    Own(String className, boolean autoPrefix) {
      super(autoPrefix);
      this.className = className;
    }

    @Override
    public String clsName() {
      return className;
    }

    @Override
    protected Tensor construct(Tensor x) {
      Tensor y = x;
      for (Cell<?, ?> child : cells()) {
        y = tensorCell(child).call(y);
      }
      return y;
    }
  }

  /** The same with a tuple of parameters, which only a field can hold. */
  static final class OwnWithTuple extends Own {
    private final ParameterTuple tuple;

    OwnWithTuple(String className, boolean autoPrefix, ParameterTuple tuple) {
      super(className, autoPrefix);
      this.tuple = tuple;
    }

    /** The parameters of the tuple. */
    ParameterTuple tuple() {
      return tuple;
    }
  }

  @SuppressWarnings("unchecked") // the trees chain cells of one tensor
  static Cell<Tensor, Tensor> tensorCell(Object cell) {
    return (Cell<Tensor, Tensor>) cell;
  }

  /** The cell, parameter or tensor that a node describes. */
  Object build(JsonObject node) {
    if (node.has("layer")) {
      return layer(node);
    }
    if (node.has("cell")) {
      return own(node);
    }
    if (node.has("sequential")) {
      return new SequentialCell(cells(node.getAsJsonArray("sequential")));
    }
    if (node.has("sequential_map")) {
      return new SequentialCell(named(node.getAsJsonArray("sequential_map")));
    }
    if (node.has("cell_list")) {
      CellList<Cell<Tensor, Tensor>> list = new CellList<>(cells(node.getAsJsonArray("cell_list")));
      if (node.has("append")) {
        cells(node.getAsJsonArray("append")).forEach(list::append);
      }
      return list;
    }
    if (node.has("cell_dict")) {
      return new CellDict<>(named(node.getAsJsonArray("cell_dict")));
    }
    if (node.has("parameter")) {
      return parameter(node);
    }
    if (node.has("tensor")) {
      return Ops.zeros(Args.longs(node.get("tensor")));
    }
    return wrapper(node);
  }

  private Object wrapper(JsonObject node) {
    if (node.has("same_as")) {
      return find(node.get("same_as").getAsString());
    }
    if (node.has("with_loss")) {
      return withLoss(tensorCell(build(node.getAsJsonObject("with_loss"))), node);
    }
    if (node.has("with_eval")) {
      return withEval(tensorCell(build(node.getAsJsonObject("with_eval"))), node);
    }
    if (node.has("train_one_step")) {
      return trainStep(node);
    }
    throw new Unsupported("network node " + node.keySet());
  }

  private static <L> Cell<?, ?> wrap(Cell<Tensor, Tensor> net, Cell2<Tensor, Tensor, L> loss) {
    return new WithLossCell<>(net, loss);
  }

  @SuppressWarnings("unchecked") // every loss of the table takes two tensors
  private Cell<?, ?> withLoss(Cell<Tensor, Tensor> net, JsonObject node) {
    Args a = args(node.getAsJsonObject("loss"));
    return wrap(net, (Cell2<Tensor, Tensor, Tensor>) (Cell<?, ?>) LossCells.cell(a));
  }

  @SuppressWarnings("unchecked") // every loss of the table takes two tensors
  private Cell<?, ?> withEval(Cell<Tensor, Tensor> net, JsonObject node) {
    Args a = args(node.getAsJsonObject("loss"));
    return new WithEvalCell<>(net, (Cell2<Tensor, Tensor, Tensor>) (Cell<?, ?>) LossCells.cell(a));
  }

  @SuppressWarnings("unchecked") // what is trained gives a loss
  private Object trainStep(JsonObject node) {
    Cell<Object, Tensor> net = (Cell<Object, Tensor>) build(node.getAsJsonObject("train_one_step"));
    Optimizer optimizer =
        Optimizers.make(args(node.getAsJsonObject("optimizer")), net.trainableParams(), null);
    return new TrainOneStepCell<>(net, optimizer);
  }

  private Args args(JsonObject node) {
    return new Args("", node, arrays).cell(node);
  }

  private Object layer(JsonObject node) {
    Args a = args(node);
    return LossCells.has(a.owner()) ? LossCells.cell(a) : Layers.make(a).cell();
  }

  private List<Cell<Tensor, Tensor>> cells(JsonArray nodes) {
    List<Cell<Tensor, Tensor>> cells = new ArrayList<>();
    for (JsonElement node : nodes) {
      cells.add(tensorCell(build(node.getAsJsonObject())));
    }
    return cells;
  }

  private Map<String, Cell<Tensor, Tensor>> named(JsonArray pairs) {
    Map<String, Cell<Tensor, Tensor>> cells = new LinkedHashMap<>();
    for (JsonElement pair : pairs) {
      JsonArray p = pair.getAsJsonArray();
      cells.put(p.get(0).getAsString(), tensorCell(build(p.get(1).getAsJsonObject())));
    }
    return cells;
  }

  /** A parameter of zeros. */
  static Parameter parameter(JsonObject node) {
    Tensor zeros =
        Ops.zeros(
            Shape.of(Args.longs(node.get("parameter"))), DType.of(node.get("dtype").getAsString()));
    JsonElement name = node.get("name");
    return new Parameter(
        zeros,
        name == null || name.isJsonNull() ? null : name.getAsString(),
        node.get("requires_grad").getAsBoolean());
  }

  private Own own(JsonObject node) {
    String name = node.get("cell").getAsString();
    boolean prefix = node.get("auto_prefix").getAsBoolean();
    ParameterTuple tuple = tuple(node.getAsJsonArray("members"));
    Own cell = tuple == null ? new Own(name, prefix) : new OwnWithTuple(name, prefix, tuple);
    if (root == null) {
      root = cell;
    }
    for (JsonElement member : node.getAsJsonArray("members")) {
      JsonArray m = member.getAsJsonArray();
      JsonObject item = m.get(1).getAsJsonObject();
      if (!item.has("parameter_tuple")) {
        boolean inserted = m.size() > 2 && m.get(2).getAsString().equals("insert");
        add(cell, m.get(0).getAsString(), build(item), inserted);
      }
    }
    return cell;
  }

  private static @Nullable ParameterTuple tuple(JsonArray members) {
    ParameterTuple found = null;
    for (JsonElement member : members) {
      JsonObject item = member.getAsJsonArray().get(1).getAsJsonObject();
      if (item.has("parameter_tuple")) {
        if (found != null) {
          throw new Unsupported("a cell with two tuples of parameters");
        }
        List<Parameter> parts = new ArrayList<>();
        item.getAsJsonArray("parameter_tuple")
            .forEach(p -> parts.add(parameter(p.getAsJsonObject())));
        found = new ParameterTuple(parts);
      }
    }
    return found;
  }

  private static void add(Own cell, String name, Object member, boolean inserted) {
    if (member instanceof Cell<?, ?> child && inserted) {
      cell.insertChildToCell(name, child);
    } else if (member instanceof Cell<?, ?> child) {
      cell.setChild(name, child);
    } else if (member instanceof Parameter p) {
      cell.insertParamToCell(name, p);
    }
    // A tensor is an attribute like any other: the cell does not see it.
  }

  private Object find(String path) {
    if (root == null) {
      throw new Unsupported("same_as outside a cell");
    }
    Object at = root;
    for (String step : path.split("\\.")) {
      at = member((Cell<?, ?>) at, step);
    }
    return at;
  }

  private static Object member(Cell<?, ?> cell, String name) {
    Object child = cell.nameCells().get(name);
    if (child != null) {
      return child;
    }
    return cell.parametersAndNames(false).stream()
        .filter(n -> n.name().equals(name))
        .map(n -> (Object) n.parameter())
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("there is no member " + name));
  }
}
