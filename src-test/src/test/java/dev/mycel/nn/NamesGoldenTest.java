package dev.mycel.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.mycel.core.DType;
import dev.mycel.core.Ops;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import dev.mycel.nn.layer.AvgPool2d;
import dev.mycel.nn.layer.BatchNorm2d;
import dev.mycel.nn.layer.BatchNorm3d;
import dev.mycel.nn.layer.Conv1d;
import dev.mycel.nn.layer.Conv2d;
import dev.mycel.nn.layer.Conv3d;
import dev.mycel.nn.layer.ConvBuilder;
import dev.mycel.nn.layer.Dense;
import dev.mycel.nn.layer.Dropout;
import dev.mycel.nn.layer.Embedding;
import dev.mycel.nn.layer.Flatten;
import dev.mycel.nn.layer.GroupNorm;
import dev.mycel.nn.layer.LayerNorm;
import dev.mycel.nn.layer.MaxPool2d;
import dev.mycel.nn.layer.PReLU;
import dev.mycel.nn.layer.ReLU;
import dev.mycel.nn.layer.Softmax;
import dev.mycel.nn.layer.Tanh;
import dev.mycel.nn.loss.SoftmaxCrossEntropyWithLogits;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Printed trees, paths and names of parameters, compared with what MindSpore printed. */
class NamesGoldenTest {
  /** A class of the user's own, whose members come at run time. */
  private static final class Own extends Cell<Tensor, Tensor> {
    private final String name;

    Own(String name, boolean autoPrefix) {
      super(autoPrefix);
      this.name = name;
    }

    @Override
    public String clsName() {
      return name;
    }

    @Override
    protected Tensor construct(Tensor x) {
      return x;
    }
  }

  /** What this build has no layer for. */
  private static final class NoSuchLayer extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private static List<JsonObject> cases(String name) throws IOException {
    List<JsonObject> cases = new ArrayList<>();
    InputStream in =
        Objects.requireNonNull(
            NamesGoldenTest.class.getResourceAsStream("/goldens/mindspore/names.jsonl"));
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        JsonObject one = JsonParser.parseString(line).getAsJsonObject();
        if (one.has("name") && one.get("name").getAsString().equals(name)) {
          cases.add(one);
        }
      }
    }
    return cases;
  }

  @TestFactory
  Stream<DynamicTest> treesPrintAndNameAsInMindSpore() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    for (JsonObject one : cases("network")) {
      Cell<?, ?> root;
      try {
        root = build(one.getAsJsonObject("args").getAsJsonObject("network"), null);
      } catch (NoSuchLayer e) {
        continue;
      }
      String id = one.get("id").getAsString();
      JsonObject expect = one.getAsJsonObject("expect");
      tests.add(DynamicTest.dynamicTest(id, () -> compare(root, expect)));
    }
    return tests.stream();
  }

  @Test
  void mostOfTheTreesCanBeBuilt() throws IOException {
    assertTrue(treesPrintAndNameAsInMindSpore().count() >= 38);
  }

  private static void compare(Cell<?, ?> root, JsonObject expect) {
    String print = expect.get("print").getAsString();
    String plain = print.replaceAll("<mindspore.common.initializer.(\\w+) object at 0x0>", "$1");
    assertEquals(plain, root.toString());
    assertEquals(expect.get("parameters").getAsString(), parameters(root).toString());
    assertEquals(expect.get("trainable").getAsString(), root.trainableParams().toString());
    assertEquals(pairs(expect.get("names")), namePairs(root));
    List<List<String>> cells = new ArrayList<>();
    root.cellsAndNames().forEach(c -> cells.add(List.of(c.name(), c.cell().clsName())));
    assertEquals(pairs(expect.get("cells")), cells);
    List<List<String>> children = new ArrayList<>();
    root.nameCells().forEach((name, c) -> children.add(List.of(name, c.clsName())));
    assertEquals(pairs(expect.get("children")), children);
    List<String> unique = new ArrayList<>();
    expect.getAsJsonArray("after_first_call_names").forEach(e -> unique.add(e.getAsString()));
    assertEquals(unique, List.copyOf(root.parametersDict().keySet()));
  }

  private static List<Parameter> parameters(Cell<?, ?> root) {
    return new ArrayList<>(root.getParameters().toList());
  }

  private static List<List<String>> namePairs(Cell<?, ?> root) {
    List<List<String>> pairs = new ArrayList<>();
    for (NamedParameter p : root.parametersAndNames()) {
      pairs.add(List.of(p.name(), p.parameter().name()));
    }
    return pairs;
  }

  private static List<List<String>> pairs(JsonElement array) {
    List<List<String>> pairs = new ArrayList<>();
    for (JsonElement pair : array.getAsJsonArray()) {
      JsonArray p = pair.getAsJsonArray();
      pairs.add(List.of(p.get(0).getAsString(), p.get(1).getAsString()));
    }
    return pairs;
  }

  @Test
  void lonelyParametersPrintAsInMindSpore() throws IOException {
    for (JsonObject one : cases("parameter")) {
      Parameter p = parameter(one.getAsJsonObject("args"));
      String expected = one.getAsJsonObject("expect").get("str").getAsString();
      assertEquals(expected, p.toString().replaceAll("Parameter#\\d+", "Parameter#0"));
    }
  }

  // ---- builders ---------------------------------------------------------------------------------

  private static Cell<?, ?> build(JsonObject node, @Nullable Own root) {
    if (node.has("layer")) {
      return layer(node.get("layer").getAsString(), node.getAsJsonObject("args"));
    }
    if (node.has("cell")) {
      return own(node);
    }
    if (node.has("sequential")) {
      return new SequentialCell(tensorCells(node.getAsJsonArray("sequential"), root));
    }
    if (node.has("sequential_map")) {
      return new SequentialCell(named(node.getAsJsonArray("sequential_map"), root));
    }
    if (node.has("cell_list")) {
      CellList<Cell<Tensor, Tensor>> list =
          new CellList<>(tensorCells(node.getAsJsonArray("cell_list"), root));
      if (node.has("append")) {
        tensorCells(node.getAsJsonArray("append"), root).forEach(list::append);
      }
      return list;
    }
    if (node.has("cell_dict")) {
      return new CellDict<>(named(node.getAsJsonArray("cell_dict"), root));
    }
    if (node.has("same_as")) {
      return (Cell<?, ?>) find(Objects.requireNonNull(root), node.get("same_as").getAsString());
    }
    if (node.has("with_loss")) {
      return new WithLossCell<>(
          tensorCell(node.getAsJsonObject("with_loss"), root), loss(node.getAsJsonObject("loss")));
    }
    throw new NoSuchLayer();
  }

  private static Cell2<Tensor, Tensor, Tensor> loss(JsonObject node) {
    if (node.get("layer").getAsString().equals("SoftmaxCrossEntropyWithLogits")) {
      return new SoftmaxCrossEntropyWithLogits(true, Reduction.MEAN);
    }
    throw new NoSuchLayer();
  }

  private static Cell<?, ?> own(JsonObject node) {
    Own own = new Own(node.get("cell").getAsString(), node.get("auto_prefix").getAsBoolean());
    for (JsonElement e : node.getAsJsonArray("members")) {
      JsonArray member = e.getAsJsonArray();
      String name = member.get(0).getAsString();
      JsonObject value = member.get(1).getAsJsonObject();
      if (value.has("parameter")) {
        own.insertParamToCell(name, parameter(value));
      } else if (value.has("parameter_tuple")) {
        for (JsonElement p : value.getAsJsonArray("parameter_tuple")) {
          Parameter parameter = parameter(p.getAsJsonObject());
          own.insertParamToCell(parameter.name(), parameter);
        }
      } else if (value.has("same_as")
          && find(own, value.get("same_as").getAsString()) instanceof Parameter shared) {
        own.insertParamToCell(name, shared);
      } else if (!value.has("tensor")) {
        boolean inserted = member.size() > 2;
        Cell<?, ?> child = build(value, own);
        Cell<?, ?> same = inserted ? own.insertChildToCell(name, child) : own.setChild(name, child);
        assertSame(own, same);
      }
    }
    return own;
  }

  private static Object find(Own root, String path) {
    for (NamedCell cell : root.cellsAndNames()) {
      if (cell.name().equals(path)) {
        return cell.cell();
      }
    }
    for (NamedParameter p : root.parametersAndNames()) {
      if (p.name().equals(path)) {
        return p.parameter();
      }
    }
    throw new IllegalStateException("nothing at " + path);
  }

  private static Parameter parameter(JsonObject node) {
    List<Long> dims = new ArrayList<>();
    node.getAsJsonArray("parameter").forEach(d -> dims.add(d.getAsLong()));
    String name = node.get("name").isJsonNull() ? null : node.get("name").getAsString();
    Tensor zeros = Ops.zeros(Shape.of(dims), DType.of(node.get("dtype").getAsString()));
    return new Parameter(zeros, name, node.get("requires_grad").getAsBoolean());
  }

  @SuppressWarnings("unchecked") // cells of these trees take and give one tensor
  private static Cell<Tensor, Tensor> tensorCell(JsonObject node, @Nullable Own root) {
    return (Cell<Tensor, Tensor>) build(node, root);
  }

  private static List<Cell<Tensor, Tensor>> tensorCells(JsonArray nodes, @Nullable Own root) {
    List<Cell<Tensor, Tensor>> cells = new ArrayList<>();
    nodes.forEach(node -> cells.add(tensorCell(node.getAsJsonObject(), root)));
    return cells;
  }

  private static Map<String, Cell<Tensor, Tensor>> named(JsonArray nodes, @Nullable Own root) {
    Map<String, Cell<Tensor, Tensor>> cells = new LinkedHashMap<>();
    for (JsonElement node : nodes) {
      JsonArray pair = node.getAsJsonArray();
      cells.put(pair.get(0).getAsString(), tensorCell(pair.get(1).getAsJsonObject(), root));
    }
    return cells;
  }

  private static Cell<Tensor, Tensor> layer(String name, JsonObject a) {
    return switch (name) {
      case "Dense" -> dense(a);
      case "Conv1d" -> conv(a, Conv1d.builder(in(a), out(a), longs(a, "kernel_size")[0]));
      case "Conv2d" -> conv(a, Conv2d.builder(in(a), out(a), longs(a, "kernel_size")));
      case "Conv3d" -> conv(a, Conv3d.builder(in(a), out(a), longs(a, "kernel_size")));
      case "BatchNorm2d" -> new BatchNorm2d(longs(a, "num_features")[0]);
      case "BatchNorm3d" -> new BatchNorm3d(longs(a, "num_features")[0]);
      case "LayerNorm" -> new LayerNorm(longs(a, "normalized_shape"));
      case "GroupNorm" ->
          new GroupNorm(a.get("num_groups").getAsInt(), a.get("num_channels").getAsInt());
      case "Embedding" ->
          Embedding.builder(longs(a, "vocab_size")[0], longs(a, "embedding_size")[0])
              .paddingIdx(longs(a, "padding_idx")[0])
              .build();
      case "PReLU" -> new PReLU(longs(a, "channel")[0], 0.25);
      case "MaxPool2d" ->
          MaxPool2d.builder()
              .kernelSize(longs(a, "kernel_size"))
              .stride(longs(a, "stride"))
              .padMode(a.has("pad_mode") ? a.get("pad_mode").getAsString() : "valid")
              .build();
      case "AvgPool2d" ->
          AvgPool2d.builder()
              .kernelSize(longs(a, "kernel_size"))
              .stride(longs(a, "stride"))
              .build();
      case "Dropout" -> Dropout.p(a.get("p").getAsDouble());
      case "Flatten" -> new Flatten();
      case "Softmax" -> new Softmax(a.get("axis").getAsInt());
      case "ReLU" -> new ReLU();
      case "Tanh" -> new Tanh();
      default -> throw new NoSuchLayer();
    };
  }

  private static Dense dense(JsonObject a) {
    Dense.Builder b = Dense.builder(in(a), out(a));
    if (a.has("has_bias")) {
      b.hasBias(a.get("has_bias").getAsBoolean());
    }
    if (a.has("activation")) {
      b.activation(a.get("activation").getAsString());
    }
    return b.build();
  }

  private static <C> C conv(JsonObject a, ConvBuilder<C> b) {
    if (a.has("stride")) {
      b.stride(longs(a, "stride"));
    }
    if (a.has("pad_mode")) {
      b.padMode(a.get("pad_mode").getAsString());
    }
    if (a.has("padding")) {
      b.padding(longs(a, "padding"));
    }
    if (a.has("group")) {
      b.group(a.get("group").getAsInt());
    }
    if (a.has("has_bias")) {
      b.hasBias(a.get("has_bias").getAsBoolean());
    }
    return b.build();
  }

  private static long in(JsonObject a) {
    return a.get("in_channels").getAsLong();
  }

  private static long out(JsonObject a) {
    return a.get("out_channels").getAsLong();
  }

  private static long[] longs(JsonObject a, String name) {
    JsonElement e = a.get(name);
    if (e.isJsonArray()) {
      return e.getAsJsonArray().asList().stream().mapToLong(JsonElement::getAsLong).toArray();
    }
    return new long[] {e.getAsLong()};
  }
}
