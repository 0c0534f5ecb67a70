package dev.mycel.guide;

import static dev.mycel.checkpoint.Checkpoints.loadCheckpoint;
import static dev.mycel.checkpoint.Checkpoints.loadParamIntoNet;
import static dev.mycel.checkpoint.Checkpoints.saveCheckpoint;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.checkpoint.Checkpoints;
import dev.mycel.checkpoint.LoadResult;
import dev.mycel.core.ArgumentException;
import dev.mycel.core.Mycel;
import dev.mycel.core.Ops;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import dev.mycel.junit.MycelTest;
import dev.mycel.nn.Cell;
import dev.mycel.nn.NamedCell;
import dev.mycel.nn.Parameter;
import dev.mycel.nn.SequentialCell;
import dev.mycel.nn.layer.Conv2d;
import dev.mycel.nn.layer.Dense;
import dev.mycel.nn.layer.ReLU;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** MindSpore's guide: saving and loading, values in construct, submodules. */
@SuppressWarnings({"UnusedVariable", "unused"}) // fields are read by the registry
@MycelTest
class SavingGuideTest {
  /** The field with the name of the type. */
  private static final String FLOAT32 = "1207466C6F61743332";

  @TempDir private Path folder;

  // ---- 13.7 saving and loading ------------------------------------------------------------------

  @DisplayName("13.7 #34 names and values of a dense layer can be printed")
  @ParameterizedTest(name = "{displayName} on {0}")
  @ValueSource(strings = {"onednn", "reference"})
  void namesAndValuesPrint(String backend) {
    Mycel.setBackend(backend);
    Mycel.setSeed(34);
    List<String> lines = new ArrayList<>();
    for (Parameter p : new Dense(2, 1).trainableParams()) {
      lines.add(p.name() + " " + p.value());
      assertTrue(p.value().abs().max().item() <= 1 / Math.sqrt(2));
      assertTrue(p.value().ne(0).all().itemBoolean(), "drawn, not zero: " + p.value());
    }
    assertTrue(lines.get(0).matches("weight \\[\\[ ?\\S+ +\\S+ ?\\]\\]"), lines.get(0));
    assertTrue(lines.get(1).matches("bias \\[ ?\\S+\\]"), lines.get(1));
  }

  @DisplayName("13.7 #35 a saved layer is loaded bit by bit and prints as a dict")
  @ParameterizedTest(name = "{displayName} on {0}")
  @ValueSource(strings = {"onednn", "reference"})
  void aSavedLayerIsLoaded(String backend) throws Exception {
    Mycel.setBackend(backend);
    Dense net = new Dense(2, 1);
    Path file = saveCheckpoint(net, folder.resolve("dense.ckpt"));
    Map<String, Parameter> loaded = loadCheckpoint(file);
    assertEquals(
        "{'weight': Parameter (name=weight, shape=(1, 2), dtype=Float32, requires_grad=True), "
            + "'bias': Parameter (name=bias, shape=(1,), dtype=Float32, requires_grad=True)}",
        loaded.toString());
    assertTrue(loaded.get("weight").value().sameAs(net.weight().value()));
    assertTrue(loaded.get("bias").value().sameAs(net.bias().orElseThrow().value()));
    net.weight().setData(Ops.ones(1, 2));
    net.bias().orElseThrow().setData(Ops.zeros(1));
    // Entries {tag, {extents, type, content}}, each field with its number, kind and length.
    String weight = "0A21" + "0A06776569676874" + "1217" + "0801" + "0802" + FLOAT32 + "1A08";
    String bias = "0A19" + "0A0462696173" + "1211" + "0801" + FLOAT32 + "1A04";
    assertEquals(
        weight + "0000803F0000803F" + bias + "00000000",
        HexFormat.of().withUpperCase().formatHex(Files.readAllBytes(saveCheckpoint(net, file))));
  }

  private static Map<String, Parameter> ones(Map<String, Parameter> like) {
    Map<String, Parameter> ones = new LinkedHashMap<>();
    like.forEach((name, p) -> ones.put(name, new Parameter(Ops.onesLike(p.value()), name)));
    return ones;
  }

  @DisplayName("13.7 #36 a map of new parameters is accepted")
  @ParameterizedTest(name = "{displayName} on {0}")
  @ValueSource(strings = {"onednn", "reference"})
  void aMapOfNewParametersIsAccepted(String backend) {
    Mycel.setBackend(backend);
    Dense net = new Dense(2, 1);
    assertTrue(loadParamIntoNet(net, ones(net.parametersDict())).isComplete());
  }

  @DisplayName("13.7 #37 loading ones prints ones and reports nothing left")
  @ParameterizedTest(name = "{displayName} on {0}")
  @ValueSource(strings = {"onednn", "reference"})
  void loadingOnesPrintsOnes(String backend) {
    Mycel.setBackend(backend);
    Dense net = new Dense(2, 1);
    LoadResult left = loadParamIntoNet(net, ones(net.parametersDict()));
    List<String> lines = new ArrayList<>();
    net.trainableParams().forEach(p -> lines.add(p.name() + " " + p.value()));
    assertEquals(List.of("weight [[1. 1.]]", "bias [1.]"), lines);
    assertEquals(List.of(), left.paramNotLoad());
    assertEquals(List.of(), left.ckptNotLoad());
  }

  @DisplayName("13.7 #38 a list of parameters can be saved and is loaded into a cell")
  @ParameterizedTest(name = "{displayName} on {0}")
  @ValueSource(strings = {"onednn", "reference"})
  void aListOfParametersIsSaved(String backend) {
    Mycel.setBackend(backend);
    Dense net = new Dense(2, 1);
    Path file = saveCheckpoint(net.trainableParams(), folder.resolve("list.ckpt"));
    Dense other = new Dense(2, 1);
    assertTrue(loadParamIntoNet(other, loadCheckpoint(file)).isComplete());
    assertTrue(other.weight().value().sameAs(net.weight().value()));
    // That the target is a cell, and entries are parameters, the compiler checks.
    List<Class<?>> targets = new ArrayList<>();
    for (Method m : Checkpoints.class.getMethods()) {
      if (m.getName().equals("loadParamIntoNet")) {
        targets.add(m.getParameterTypes()[0]);
      }
    }
    assertFalse(targets.isEmpty());
    assertTrue(targets.stream().allMatch(target -> target == Cell.class), targets::toString);
  }

  @DisplayName("13.7 #39 renamed keys are mended in a new map")
  @ParameterizedTest(name = "{displayName} on {0}")
  @ValueSource(strings = {"onednn", "reference"})
  void renamedKeysAreMended(String backend) {
    Mycel.setBackend(backend);
    Dense net = new Dense(2, 1);
    Map<String, Parameter> old = new LinkedHashMap<>();
    ones(net.parametersDict()).forEach((name, p) -> old.put("kernel_" + name, p));
    assertEquals(List.of("weight", "bias"), loadParamIntoNet(net, old).paramNotLoad());
    Map<String, Parameter> mended = new LinkedHashMap<>();
    old.forEach((name, p) -> mended.put(name.substring("kernel_".length()), p));
    assertTrue(loadParamIntoNet(net, mended).isComplete());
    assertEquals("[1.]", net.bias().orElseThrow().value().toString());
  }

  // ---- 13.8 and 13.9 ----------------------------------------------------------------------------

  @DisplayName("13.8 #46 ready-made values and parameters may be given as initial value")
  @ParameterizedTest(name = "{displayName} on {0}")
  @ValueSource(strings = {"onednn", "reference"})
  void readyMadeValuesAreInitialValues(String backend) {
    Mycel.setBackend(backend);
    Tensor values = Tensor.of(new float[][] {{3, 4}});
    Parameter ready = new Parameter(values, "ready");
    assertTrue(Dense.builder(2, 1).weightInit(values).build().weight().value().sameAs(values));
    Dense net = Dense.builder(2, 1).weightInit(ready.value()).build();
    assertTrue(net.weight().value().sameAs(values));
    net.weight().setData(Ops.zeros(1, 2));
    assertTrue(ready.value().sameAs(values));
  }

  @DisplayName("13.9 #47 Conv2d takes channels, kernel and stride in this order")
  @ParameterizedTest(name = "{displayName} on {0}")
  @ValueSource(strings = {"onednn", "reference"})
  void positionalArgumentsAreMindSpores(String backend) {
    Mycel.setBackend(backend);
    Conv2d conv = new Conv2d(1, 32, 3, 1);
    assertEquals(Shape.of(32, 1, 3, 3), conv.weight().shape());
    assertEquals(Shape.of(1, 32, 8, 8), conv.call(Ops.zeros(1, 1, 8, 8)).shape());
    assertEquals(
        Shape.of(1, 32, 4, 4), new Conv2d(1, 32, 3, 2).call(Ops.zeros(1, 1, 8, 8)).shape());
  }

  /** The cell of the guide, with a child that is inserted. */
  private static final class MyCell extends Cell<Tensor, Tensor> {
    private final Conv2d conv1 = new Conv2d(1, 32, 3, 1);
    private final Conv2d conv2 = new Conv2d(32, 64, 3, 1);
    private final transient Conv2d conv3 = new Conv2d(64, 128, 3, 1);

    MyCell() {
      insertChildToCell("conv3", conv3);
      setChild(
          "sequential_block",
          new SequentialCell(new ReLU(), new Conv2d(128, 256, 3, 1), new ReLU()));
    }

    @Override
    @SuppressWarnings("unchecked") // the block is a sequence
    protected Tensor construct(Tensor x) {
      Tensor y = conv3.call(conv2.call(conv1.call(x)));
      return ((Cell<Tensor, Tensor>) nameCells().get("sequential_block")).call(y);
    }
  }

  @DisplayName("13.9 #48 an inserted child is used and enumerated")
  @ParameterizedTest(name = "{displayName} on {0}")
  @ValueSource(strings = {"onednn", "reference"})
  void anInsertedChildIsUsed(String backend) {
    Mycel.setBackend(backend);
    MyCell net = new MyCell();
    assertEquals(Shape.of(1, 256, 4, 4), net.call(Ops.zeros(1, 1, 4, 4)).shape());
    assertTrue(net.nameCells().containsKey("conv3"));
    assertThrows(ArgumentException.class, () -> net.insertChildToCell("conv1", new ReLU()));
  }

  @DisplayName("13.9 #49 a sequence numbers its cells")
  @ParameterizedTest(name = "{displayName} on {0}")
  @ValueSource(strings = {"onednn", "reference"})
  void aSequenceNumbersItsCells(String backend) {
    Mycel.setBackend(backend);
    SequentialCell block = new SequentialCell(new ReLU(), new Conv2d(128, 256, 3, 1), new ReLU());
    assertEquals(List.of("0", "1", "2"), List.copyOf(block.nameCells().keySet()));
  }

  @DisplayName("13.9 #50 the enumeration prints eight lines")
  @ParameterizedTest(name = "{displayName} on {0}")
  @ValueSource(strings = {"onednn", "reference"})
  void theEnumerationHasEightLines(String backend) {
    Mycel.setBackend(backend);
    List<String> lines = new ArrayList<>();
    for (NamedCell named : new MyCell().cellsAndNames()) {
      lines.add(named.name() + " " + named.cell().clsName());
    }
    assertEquals(
        List.of(
            " MyCell",
            "conv1 Conv2d",
            "conv2 Conv2d",
            "conv3 Conv2d",
            "sequential_block SequentialCell",
            "sequential_block.0 ReLU",
            "sequential_block.1 Conv2d",
            "sequential_block.2 ReLU"),
        lines);
  }
}
